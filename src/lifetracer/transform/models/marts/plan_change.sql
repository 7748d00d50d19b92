-- Of a plan that is gone, the title it had tells the category; those of calendars that are no longer read are not here.
select
    before.account_id,
    before.occurrence_id,
    before.local_date,
    before.week_start,
    coalesce(occurrence.title, before.before_title, calendar.calendar_name) as title,
    coalesce(occurrence.category_id, meant.category_id, {{ category_id('calendar.calendar_name') }}) as category_id,
    coalesce(category.category, calendar.calendar_name) as category,
    before.before_starts_at,
    before.before_ends_at,
    before.starts_at,
    before.ends_at,
    before.change
from {{ ref('fct_plan_before') }} as before
inner join {{ ref('dim_calendar') }} as calendar
    on before.account_id = calendar.account_id
    and before.source = calendar.source
    and before.calendar_id = calendar.calendar_id
left join {{ ref('fct_occurrence') }} as occurrence
    on before.account_id = occurrence.account_id and before.occurrence_id = occurrence.occurrence_id
left join {{ ref('title_category') }} as meant
    on before.account_id = meant.account_id and meant.title_key = {{ name_key('before.before_title') }}
left join {{ ref('dim_category') }} as category
    on before.account_id = category.account_id
    and category.category_id = coalesce(occurrence.category_id, meant.category_id, {{ category_id('calendar.calendar_name') }})
