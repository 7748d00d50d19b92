{{
    config(
        indexes=[
            {'columns': ['account_id', 'local_date'], 'unique': true},
            {'columns': ['account_id', 'week_start']},
            {'columns': ['account_id', 'month_start']},
        ],
        pre_hook=["{{ note_time_gone_by() }}", "{{ forget_days() }}"],
    )
}}
-- depends_on: {{ ref('stale_day') }}
-- depends_on: {{ ref('dim_account') }}
with calendar as (
    {{ calendar_days() }}
),

border as (
    select
        calendar.account_id,
        calendar.local_date,
        {{ day_start('calendar.local_date', 'account.time_zone') }} as starts_at,
        {{ day_start('calendar.local_date + 1', 'account.time_zone') }} as ends_at
    from calendar
    inner join {{ source('app', 'account') }} as account on calendar.account_id = account.account_id
    where {{ is_due('calendar') }}
)

select
    account_id,
    local_date,
    {{ week_start('local_date') }} as week_start,
    {{ month_start('local_date') }} as month_start,
    starts_at,
    ends_at,
    {{ seconds_between('starts_at', 'ends_at') }} as seconds,
    ends_at <= {{ as_of() }} as is_over
from border
