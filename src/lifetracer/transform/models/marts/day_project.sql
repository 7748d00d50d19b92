select
    day.account_id,
    day.local_date,
    day.week_start,
    day.month_start,
    day.client_project_key,
    day.client_name as client,
    coalesce(day.project_name, {{ no_project() }}) as project,
    coalesce(day.project_color, {{ category_color('category', 'day.category_id') }}) as project_color,
    day.category_id,
    {{ category_name('category') }} as category,
    {{ category_color('category', 'day.category_id') }} as category_color,
    day.entries,
    day.actual_seconds,
    day.recorded_seconds,
    day.billable_seconds
from {{ ref('fct_day_project') }} as day
left join {{ ref('dim_category') }} as category
    on day.account_id = category.account_id and day.category_id = category.category_id
