{{ config(tags=['law']) }}
-- The pieces of a day add up to its length in its zone: 23, 24 or 25 hours (Lord Howe: 23.5 and 24.5).
with counted as (
    select account_id, local_date, sum(seconds) as seconds, min(starts_at) as starts_at, max(ends_at) as ends_at
    from {{ ref('fct_span') }}
    group by account_id, local_date
),

real_day as (
    select
        counted.*,
        {{ day_start('counted.local_date', 'account.time_zone') }} as begins_at,
        {{ day_start('counted.local_date + 1', 'account.time_zone') }} as is_over_at
    from counted
    inner join {{ ref('dim_account') }} as account on counted.account_id = account.account_id
)

select *
from real_day
where
    starts_at <> begins_at
    or ends_at <> is_over_at
    or seconds <> {{ seconds_between('begins_at', 'is_over_at') }}
