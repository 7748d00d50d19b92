{{
    config(
        indexes=[
            {'columns': ['account_id', 'local_date', 'category_id'], 'unique': true},
            {'columns': ['account_id', 'week_start']},
            {'columns': ['account_id', 'month_start']},
        ],
        pre_hook="{{ forget_days() }}",
    )
}}
-- depends_on: {{ ref('stale_day') }}
with counted as (
    select
        account_id,
        local_date,
        planned_category_id as category_id,
        seconds as planned_seconds,
        0 as actual_seconds,
        0 as kept_seconds,
        0 as recorded_seconds
    from {{ ref('fct_span') }} as span
    where planned_category_id is not null and {{ is_due('span') }}
    union all
    select
        account_id,
        local_date,
        lived_category_id as category_id,
        0 as planned_seconds,
        seconds as actual_seconds,
        case when is_kept then seconds else 0 end as kept_seconds,
        0 as recorded_seconds
    from {{ ref('fct_span') }} as span
    where lived_category_id is not null and {{ is_due('span') }}
    union all
    select
        account_id,
        local_date,
        category_id,
        0 as planned_seconds,
        0 as actual_seconds,
        0 as kept_seconds,
        seconds as recorded_seconds
    from {{ ref('fct_entry_day') }} as entry
    where {{ is_due('entry') }}
)

select
    account_id,
    local_date,
    {{ week_start('local_date') }} as week_start,
    {{ month_start('local_date') }} as month_start,
    category_id,
    sum(planned_seconds)::int as planned_seconds,
    sum(actual_seconds)::int as actual_seconds,
    sum(kept_seconds)::int as kept_seconds,
    sum(recorded_seconds)::int as recorded_seconds
from counted
group by account_id, local_date, category_id
