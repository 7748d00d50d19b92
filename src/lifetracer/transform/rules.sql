-- rules --
-- The rules in their order, as they are, or as they were at an instant.
with former as (
    select distinct on (entity_id)
        entity_id,
        data
    from app.revision
    where entity = 'category_rule' and changed_at > %(at)s
    order by entity_id asc, changed_at asc, revision_id asc
),

was as (
    select data from former where data is not null
    union all
    select to_jsonb(rule) as data
    from app.category_rule as rule
    where not exists (select from former where former.entity_id = rule.rule_id::text)
),

former_category as (
    select distinct on (entity_id)
        entity_id,
        data ->> 'name' as name
    from app.revision
    where entity = 'category' and changed_at > %(at)s and data is not null
    order by entity_id asc, changed_at asc, revision_id asc
)

select
    rule.rule_id,
    row_number() over (order by rule.position, rule.rule_id)::int as position,
    rule.source,
    rule.field,
    rule.operator,
    rule.pattern,
    rule.category_id,
    coalesce(former_category.name, category.name, rule.category_id) as category
from was
cross join lateral jsonb_populate_record(null::app.category_rule, was.data) as rule
left join former_category on former_category.entity_id = rule.category_id
left join app.category as category on category.category_id = rule.category_id
order by 2

-- add_rule --
insert into app.category_rule (account_id, position, source, field, operator, pattern, category_id)
values (
    (select app.current_account_id()), 2147483647, %(source)s, %(field)s, %(operator)s, %(pattern)s, %(category_id)s
)
returning rule_id

-- change_rule --
update app.category_rule set
    source = %(source)s,
    field = %(field)s,
    operator = %(operator)s,
    pattern = %(pattern)s,
    category_id = %(category_id)s
where rule_id = %(rule_id)s

-- remove_rule --
delete from app.category_rule where rule_id = %(rule_id)s

-- order_rules --
-- Number the rules 1, 2, 3 … in the order given; rows that have their number are not touched.
update app.category_rule as rule set position = wanted.place
from unnest(%(rule_ids)s::uuid[]) with ordinality as wanted (rule_id, place)
where rule.rule_id = wanted.rule_id and rule.position <> wanted.place
