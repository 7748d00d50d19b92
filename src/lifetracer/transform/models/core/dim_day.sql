{{
    config(
        indexes=[
            {'columns': ['account_id', 'local_date'], 'unique': true},
            {'columns': ['account_id', 'week_start']},
            {'columns': ['account_id', 'month_start']},
            {'columns': ['account_id', 'starts_at']},
        ],
        pre_hook=["{{ note_time_gone_by() }}", "{{ forget_days() }}"],
    )
}}
-- depends_on: {{ ref('stale_day') }}
-- depends_on: {{ ref('dim_account') }}
with due as (
    {{ due_days() }}
),

border as (
    select
        due.account_id,
        due.local_date,
        {{ day_start('due.local_date', 'due.time_zone') }} as starts_at,
        {{ day_start('due.local_date + 1', 'due.time_zone') }} as ends_at
    from due
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
-- Samoa had no 30 December 2011
where ends_at > starts_at
