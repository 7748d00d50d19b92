-- One week by category, the largest first.
select category, category_color, planned_seconds, actual_seconds
from marts.week_category
where account_id = %(account_id)s and week_start = %(monday)s
order by greatest(planned_seconds, actual_seconds) desc, category
