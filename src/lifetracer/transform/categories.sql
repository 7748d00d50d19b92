-- begin --
-- One change of the categories at a time, noted as the person's.
select
    pg_advisory_xact_lock(hashtextextended('lifetracer.category:' || (select app.current_account_id()), 0)),
    set_config('lifetracer.changed_by', 'person', true)

-- is_made --
-- Whether categories were ever derived.
select to_regclass('core.dim_category') is not null

-- own --
-- What the person said.
select
    category_id,
    name,
    parent_id,
    color,
    kind,
    is_archived,
    position
from app.category

-- derived --
-- What projects and calendars brought, as of the last transform.
select
    category_id,
    category as name,
    color,
    kind,
    is_default
from core.dim_category

-- category_id --
select app.category_id(%(name)s)

-- keep --
-- A category of one's own, or one's own word on a derived one.
insert into app.category (account_id, category_id, name)
values ((select app.current_account_id()), %(category_id)s, %(name)s)
on conflict do nothing

-- change --
update app.category set
    name = %(name)s,
    parent_id = %(parent_id)s,
    color = %(color)s,
    kind = %(kind)s,
    is_archived = %(is_archived)s,
    position = %(position)s
where category_id = %(category_id)s

-- leaning --
-- What stands on a category: rules that lead to it, categories beneath it.
select
    (select count(*) from app.category_rule as rule where rule.category_id = %(category_id)s),
    (select count(*) from app.category as child where child.parent_id = %(category_id)s)

-- remove --
delete from app.category where category_id = %(category_id)s

-- history --
-- The former versions of a category or rule, the earliest first; the last one is how it is now.
select
    changed_at,
    changed_by,
    lead(data) over (order by changed_at, revision_id) as became,
    row_number() over (order by changed_at desc, revision_id desc) = 1 as is_last
from app.revision
where entity = %(entity)s and entity_id = %(entity_id)s
order by changed_at, revision_id

-- present --
-- How a category or rule is now.
select to_jsonb(category) from app.category as category
where %(entity)s = 'category' and category.category_id = %(entity_id)s
union all
select to_jsonb(rule) from app.category_rule as rule
where %(entity)s = 'category_rule' and rule.rule_id::text = %(entity_id)s
