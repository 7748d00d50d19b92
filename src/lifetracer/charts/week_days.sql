-- The seven days of one week with their sums.
select local_date, day_seconds, planned_seconds, actual_seconds, kept_seconds, untracked_seconds
from marts.day
where account_id = %(account_id)s and week_start = %(monday)s
order by local_date
