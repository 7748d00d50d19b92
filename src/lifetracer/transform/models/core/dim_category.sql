{{
    config(
        indexes=[{'columns': ['account_id', 'category_id'], 'unique': true}],
        pre_hook="{{ forget_all() }}",
    )
}}
-- Names in order of trust: a living project's, a deleted one's, what entries carry, a calendar's.
with named as (
    select
        account_id,
        project_name as category,
        project_color as color,
        case when is_deleted then 2 else 1 end as trust
    from {{ ref('stg_toggl_track__projects') }}
    where {{ in_scope('stg_toggl_track__projects') }} and project_name is not null
    union all
    select distinct
        account_id,
        coalesce(project_name, {{ no_project() }}) as category,
        case when project_name is null then '#9aa0a6' else project_color end as color,
        3 as trust
    from {{ ref('fct_entry') }}
    where {{ in_scope('fct_entry') }}
    union all
    select distinct
        account_id,
        calendar_name as category,
        calendar_color as color,
        4 as trust
    from {{ ref('fct_occurrence') }}
    where {{ in_scope('fct_occurrence') }} and category_id = {{ category_id('calendar_name') }}
),

identified as (
    select
        named.*,
        {{ category_id('category') }} as category_id
    from named
),

chosen as (
    select
        account_id,
        category_id,
        (array_agg(category order by trust, category))[1] as category,
        (array_agg(color order by trust, category, color) filter (where color is not null))[1] as color
    from identified
    group by account_id, category_id
)

select
    account_id,
    category_id,
    category,
    coalesce(color, {{ color_of('category_id') }}) as color
from chosen
