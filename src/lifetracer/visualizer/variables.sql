-- What the pickers at the top of a dashboard offer.

-- category --
select distinct category as __text, category_id as __value
from marts.week_category
order by category, category_id
