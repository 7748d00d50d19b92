select
    match.account_id,
    match.block_id as occurrence_id,
    match.local_date,
    match.week_start,
    coalesce(occurrence.title, category.category, occurrence.calendar_name) as title,
    match.category_id,
    coalesce(category.category, occurrence.calendar_name) as category,
    coalesce(category.color, {{ color_of('match.category_id') }}) as category_color,
    occurrence.calendar_name as calendar,
    occurrence.starts_at,
    occurrence.ends_at,
    match.planned_seconds,
    match.lived_seconds,
    match.verdict,
    match.actual_starts_at,
    match.actual_ends_at,
    match.start_delay_seconds,
    match.overrun_seconds,
    match.replaced_by_category_id,
    instead.category as replaced_by_category,
    match.entry_ids
from {{ ref('fct_match') }} as match
inner join {{ ref('fct_occurrence') }} as occurrence
    on match.account_id = occurrence.account_id and match.block_id = occurrence.occurrence_id
left join {{ ref('dim_category') }} as category
    on match.account_id = category.account_id and match.category_id = category.category_id
left join {{ ref('dim_category') }} as instead
    on match.account_id = instead.account_id and match.replaced_by_category_id = instead.category_id
where match.layer = 'plan'
