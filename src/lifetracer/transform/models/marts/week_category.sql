with counted as (
    select account_id, week_start, planned_category_id as category_id, seconds as planned_seconds, 0 as actual_seconds
    from {{ ref('fct_span') }}
    where planned_category_id is not null
    union all
    select account_id, week_start, lived_category_id as category_id, 0 as planned_seconds, seconds as actual_seconds
    from {{ ref('fct_span') }}
    where lived_category_id is not null
),

summed as (
    select
        account_id,
        week_start,
        category_id,
        sum(planned_seconds)::int as planned_seconds,
        sum(actual_seconds)::int as actual_seconds
    from counted
    group by account_id, week_start, category_id
)

select
    summed.account_id,
    summed.week_start,
    coalesce(category.category, {{ no_project() }}) as category,
    coalesce(category.color, {{ color_of('summed.category_id') }}) as category_color,
    summed.planned_seconds,
    summed.actual_seconds
from summed
left join {{ ref('dim_category') }} as category
    on summed.account_id = category.account_id and summed.category_id = category.category_id
