-- categories --
-- One day by category, the largest first.
select category, category_color, planned_seconds, actual_seconds
from marts.day_category
where account_id = %(account_id)s and local_date = %(day)s
order by greatest(planned_seconds, actual_seconds) desc, category

-- kind --
-- What kind of day it is and why.
select day_type, is_corrected, reason_en, reason_ja, holiday, holiday_en
from marts.day_type
where account_id = %(account_id)s and local_date = %(day)s

-- met --
-- What became of the day's plans.
select * from marts.day_adherence
where account_id = %(account_id)s and local_date = %(day)s

-- findings --
-- What is odd about the day.
select kind, severity, message_en, message_ja, remedy_en, remedy_ja, link
from marts.data_quality
where account_id = %(account_id)s and local_date = %(day)s
order by case severity when 'problem' then 1 when 'warning' then 2 else 3 end, finding_id
limit 20
