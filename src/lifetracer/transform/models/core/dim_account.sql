{{
    config(
        indexes=[{'columns': ['account_id'], 'unique': true}],
        pre_hook="{{ forget_all() }}",
        post_hook="delete from {{ ref('stale_day') }} as stale where {{ in_scope('stale') }}",
    )
}}
-- The last model of a run. Written only when all others were: what it says is what the marts stand for.
-- depends_on: {{ ref('week_block') }}
-- depends_on: {{ ref('day') }}
-- depends_on: {{ ref('day_category') }}
-- depends_on: {{ ref('week_category') }}
-- depends_on: {{ ref('month_category') }}
-- depends_on: {{ ref('day_project') }}
-- depends_on: {{ ref('week_project') }}
-- depends_on: {{ ref('month_project') }}
-- depends_on: {{ ref('hour_category') }}
-- depends_on: {{ ref('time_flow') }}
select
    account_id,
    time_zone,
    {{ as_of() }} as as_of,
    '{{ var("made_by", "") }}' as made_by
from {{ source('app', 'account') }} as account
where {{ in_scope('account') }}
