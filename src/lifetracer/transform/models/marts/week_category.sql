with summed as (
    select
        account_id,
        week_start,
        category_id,
        sum(planned_seconds)::int as planned_seconds,
        sum(actual_seconds)::int as actual_seconds,
        sum(kept_seconds)::int as kept_seconds,
        sum(recorded_seconds)::int as recorded_seconds
    from {{ ref('fct_day_category') }}
    group by account_id, week_start, category_id
)

select
    summed.account_id,
    summed.week_start,
    summed.category_id,
    {{ category_name('category') }} as category,
    {{ category_color('category', 'summed.category_id') }} as category_color,
    summed.planned_seconds,
    summed.actual_seconds,
    summed.kept_seconds,
    summed.recorded_seconds
from summed
left join {{ ref('dim_category') }} as category
    on summed.account_id = category.account_id and summed.category_id = category.category_id
