-- lately --
-- Lived and planned time of each category in the last weeks.
select
    category_id, min(category_color) as category_color, sum(actual_seconds)::bigint as actual_seconds,
    sum(planned_seconds)::bigint as planned_seconds
from marts.day_category
where account_id = %(account_id)s and local_date >= %(first)s and local_date < %(until)s
group by category_id
