select
    account_id,
    local_date,
    week_start,
    sum(seconds)::int as day_seconds,
    coalesce(sum(seconds) filter (where occurrence_id is not null), 0)::int as planned_seconds,
    coalesce(sum(seconds) filter (where entry_id is not null), 0)::int as actual_seconds,
    coalesce(sum(seconds) filter (where is_kept), 0)::int as kept_seconds,
    coalesce(sum(seconds) filter (where is_past and entry_id is null), 0)::int as untracked_seconds
from {{ ref('fct_span') }}
group by account_id, local_date, week_start
