select
    match.account_id,
    match.block_id as entry_id,
    match.local_date,
    match.week_start,
    match.category_id,
    coalesce(category.category, entry.project_name, {{ no_project() }}) as category,
    coalesce(category.color, {{ color_of('match.category_id') }}) as category_color,
    entry.project_name as project,
    entry.description,
    entry.starts_at,
    entry.ends_at,
    match.lived_seconds as seconds,
    match.planned_seconds,
    match.verdict,
    match.counterpart_id as occurrence_id
from {{ ref('fct_match') }} as match
inner join {{ ref('fct_entry') }} as entry
    on match.account_id = entry.account_id and match.block_id = entry.entry_id
left join {{ ref('dim_category') }} as category
    on match.account_id = category.account_id and match.category_id = category.category_id
where match.layer = 'actual'
