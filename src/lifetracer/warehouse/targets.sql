-- Queries of targets.py, in the account's transaction.

-- is_made --
-- Whether a transform has made the names of categories, projects and tags.
select
    to_regclass('core.dim_category') is not null
    and to_regclass('core.dim_project') is not null
    and to_regclass('core.fct_entry') is not null

-- every --
select target.target_id, target.name, target.subject, target.subject_value, target.measure, target.period,
    target.comparison, target.low, target.high, target.weekdays, target.priority, target.valid_from, target.valid_to,
    target.made_by, coalesce(category.category, project.project_name, target.subject_value) as subject_name
from (
    select version.*, lead(version.valid_from) over (partition by version.account_id, version.target_id order by version.valid_from) as next_from
    from app.target as version
) as target
left join core.dim_category as category
    on target.account_id = category.account_id and target.subject = 'category' and target.subject_value = category.category_id
left join core.dim_project as project
    on target.account_id = project.account_id and target.subject = 'project' and target.subject_value = project.project_key
where %(on)s::date is null
    or (target.valid_from <= %(on)s and (target.valid_to is null or target.valid_to > %(on)s)
        and (target.next_from is null or target.next_from > %(on)s))
order by target.priority desc, target.name, target.valid_from

-- every_unnamed --
select target.target_id, target.name, target.subject, target.subject_value, target.measure, target.period,
    target.comparison, target.low, target.high, target.weekdays, target.priority, target.valid_from, target.valid_to,
    target.made_by, target.subject_value as subject_name
from (
    select version.*, lead(version.valid_from) over (partition by version.account_id, version.target_id order by version.valid_from) as next_from
    from app.target as version
) as target
where %(on)s::date is null
    or (target.valid_from <= %(on)s and (target.valid_to is null or target.valid_to > %(on)s)
        and (target.next_from is null or target.next_from > %(on)s))
order by target.priority desc, target.name, target.valid_from

-- every_category --
select category_id, category from core.dim_category order by category

-- every_category_unnamed --
select category_id, name from app.category order by name

-- every_project --
select project_key, project_name from core.dim_project where project_name is not null order by is_deleted, project_name

-- every_project_unnamed --
select null::text, null::text where false

-- every_tag --
select distinct tag.name, tag.name
from core.fct_entry as entry
cross join unnest(entry.tags) as tag (name)
order by tag.name

-- every_tag_unnamed --
select null::text, null::text where false

-- put --
insert into app.target as kept (
    account_id, target_id, name, subject, subject_value, measure, period, comparison, low, high, weekdays, priority,
    valid_from, valid_to, made_by
)
values (
    app.current_account_id(), coalesce(%(target_id)s::uuid, gen_random_uuid()), %(name)s, %(subject)s, %(subject_value)s,
    %(measure)s, %(period)s, %(comparison)s, %(low)s, %(high)s, %(weekdays)s, %(priority)s, %(valid_from)s, %(valid_to)s,
    %(made_by)s
)
on conflict (account_id, target_id, valid_from) do update set
    comparison = excluded.comparison, low = excluded.low, high = excluded.high, weekdays = excluded.weekdays,
    priority = excluded.priority, valid_to = excluded.valid_to, made_by = excluded.made_by
returning target_id, name, subject, subject_value, measure, period, comparison, low, high, weekdays, priority,
    valid_from, valid_to, made_by, null::text as subject_name

-- end --
-- Versions that would only begin then never come into force.
update app.target set valid_to = greatest(valid_from, %(on)s)
where target_id = %(target_id)s and (valid_to is null or valid_to > %(on)s)
