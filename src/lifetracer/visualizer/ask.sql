-- colors --
-- The colour of each category, for series that cannot ask for it themselves.
select category, min(category_color) as color
from marts.week_category
group by category

-- made --
select to_regclass('marts.week_category') is not null as made
