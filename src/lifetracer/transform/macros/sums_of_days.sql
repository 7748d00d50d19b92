{# The sums of days by category and by project, one row per period: its column is week_start or month_start. #}
{% macro categories_by(period) -%}
with summed as (
    select
        account_id,
        {{ period }},
        category_id,
        sum(planned_seconds)::int as planned_seconds,
        sum(actual_seconds)::int as actual_seconds,
        sum(kept_seconds)::int as kept_seconds,
        sum(recorded_seconds)::int as recorded_seconds
    from {{ ref('fct_day_category') }}
    group by account_id, {{ period }}, category_id
)

select
    summed.account_id,
    summed.{{ period }},
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
{%- endmacro %}

{% macro projects_by(period) -%}
with summed as (
    select
        account_id,
        {{ period }},
        client_project_key,
        category_id,
        max(client_name) as client_name,
        max(project_name) as project_name,
        (array_agg(project_color order by local_date desc) filter (where project_color is not null))[1] as project_color,
        sum(entries)::int as entries,
        sum(actual_seconds)::int as actual_seconds,
        sum(recorded_seconds)::int as recorded_seconds,
        sum(billable_seconds)::int as billable_seconds
    from {{ ref('fct_day_project') }}
    group by account_id, {{ period }}, client_project_key, category_id
)

select
    summed.account_id,
    summed.{{ period }},
    summed.client_project_key,
    summed.client_name as client,
    coalesce(summed.project_name, {{ no_project() }}) as project,
    coalesce(summed.project_color, {{ category_color('category', 'summed.category_id') }}) as project_color,
    summed.category_id,
    {{ category_name('category') }} as category,
    {{ category_color('category', 'summed.category_id') }} as category_color,
    summed.entries,
    summed.actual_seconds,
    summed.recorded_seconds,
    summed.billable_seconds
from summed
left join {{ ref('dim_category') }} as category
    on summed.account_id = category.account_id and summed.category_id = category.category_id
{%- endmacro %}
