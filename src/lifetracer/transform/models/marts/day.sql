select
    account_id,
    local_date,
    week_start,
    month_start,
    day_seconds,
    planned_seconds,
    actual_seconds,
    kept_seconds,
    joined_seconds,
    untracked_seconds,
    future_seconds,
    recorded_seconds
from {{ ref('fct_day') }}
