with actual as (
    select
        day.account_id,
        'actual:' || day.entry_id || ':' || day.local_date::text as block_id,
        'actual' as layer,
        day.local_date,
        day.week_start,
        day.starts_at,
        day.ends_at,
        day.start_second,
        day.end_second,
        day.seconds,
        false as all_day,
        coalesce(category.category, entry.project_name, {{ no_project() }}) as category,
        coalesce(category.color, {{ color_of('day.category_id') }}) as category_color,
        coalesce(entry.description, category.category, entry.project_name, {{ no_project() }}) as title,
        coalesce(
            nullif(concat_ws(' · ', entry.client_name, entry.project_name, entry.task_name), ''), {{ no_project() }}
        ) as detail,
        entry.source,
        true as busy,
        null::text as response,
        day.is_running as running,
        case match.verdict when 'planned' then followed.verdict else match.verdict end as verdict,
        'plan:' || match.counterpart_id || ':'
        || least(greatest(day.local_date, planned.first_date), planned.last_date)::text as counterpart_block_id,
        followed.start_delay_seconds as delta_seconds,
        followed.overrun_seconds,
        null::text as replaced_by
    from {{ ref('fct_entry_day') }} as day
    inner join {{ ref('fct_entry') }} as entry
        on day.account_id = entry.account_id and day.entry_id = entry.entry_id
    left join {{ ref('dim_category') }} as category
        on day.account_id = category.account_id and day.category_id = category.category_id
    left join {{ ref('fct_match') }} as match
        on day.account_id = match.account_id
        and day.entry_id = match.block_id
        and match.layer = 'actual'
    left join {{ ref('fct_match') }} as followed
        on match.account_id = followed.account_id
        and match.counterpart_id = followed.block_id
        and followed.layer = 'plan'
    left join {{ ref('fct_occurrence') }} as planned
        on match.account_id = planned.account_id and match.counterpart_id = planned.occurrence_id
),

plan as (
    select
        day.account_id,
        'plan:' || day.occurrence_id || ':' || day.local_date::text as block_id,
        'plan' as layer,
        day.local_date,
        day.week_start,
        day.starts_at,
        day.ends_at,
        day.start_second,
        day.end_second,
        day.seconds,
        day.is_all_day as all_day,
        coalesce(category.category, occurrence.calendar_name) as category,
        coalesce(category.color, {{ color_of('day.category_id') }}) as category_color,
        coalesce(occurrence.title, category.category, occurrence.calendar_name) as title,
        occurrence.calendar_name as detail,
        occurrence.source,
        day.is_busy as busy,
        occurrence.response,
        false as running,
        match.verdict,
        'actual:' || match.counterpart_id || ':'
        || least(greatest(day.local_date, lived.first_date), lived.last_date)::text as counterpart_block_id,
        match.start_delay_seconds as delta_seconds,
        match.overrun_seconds,
        instead.category as replaced_by
    from {{ ref('fct_occurrence_day') }} as day
    inner join {{ ref('fct_occurrence') }} as occurrence
        on day.account_id = occurrence.account_id and day.occurrence_id = occurrence.occurrence_id
    left join {{ ref('dim_category') }} as category
        on day.account_id = category.account_id and day.category_id = category.category_id
    left join {{ ref('fct_match') }} as match
        on day.account_id = match.account_id
        and day.occurrence_id = match.block_id
        and match.layer = 'plan'
    left join {{ ref('fct_entry') }} as lived
        on match.account_id = lived.account_id and match.counterpart_id = lived.entry_id
    left join {{ ref('dim_category') }} as instead
        on match.account_id = instead.account_id and match.replaced_by_category_id = instead.category_id
)

select * from actual
union all
select * from plan
