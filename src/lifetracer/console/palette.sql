-- categories --
-- The categories of the last years, the largest first.
select category, min(category_color) as category_color
from marts.month_category
where account_id = %(account_id)s and month_start >= %(since)s
group by category
order by sum(greatest(actual_seconds, planned_seconds)) desc, category
limit %(most)s
