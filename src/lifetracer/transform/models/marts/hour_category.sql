select
    by_hour.account_id,
    by_hour.local_date,
    by_hour.week_start,
    extract(isodow from by_hour.local_date)::int as weekday,
    by_hour.hour,
    by_hour.category_id,
    {{ category_name('category') }} as category,
    {{ category_color('category', 'by_hour.category_id') }} as category_color,
    by_hour.actual_seconds,
    by_hour.planned_seconds
from {{ ref('fct_hour_category') }} as by_hour
left join {{ ref('dim_category') }} as category
    on by_hour.account_id = category.account_id and by_hour.category_id = category.category_id
