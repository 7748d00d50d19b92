select
    day.account_id,
    day.local_date,
    day.week_start,
    day.month_start,
    day.category_id,
    {{ category_name('category') }} as category,
    {{ category_color('category', 'day.category_id') }} as category_color,
    day.planned_seconds,
    day.actual_seconds,
    day.kept_seconds,
    day.recorded_seconds
from {{ ref('fct_day_category') }} as day
left join {{ ref('dim_category') }} as category
    on day.account_id = category.account_id and day.category_id = category.category_id
