-- Queries of intents.py, in the account's transaction.

-- every --
select intent.intent_id, intent.name, intent.sentence, intent.subject, intent.subject_value, intent.measure, intent.period,
    intent.comparison, intent.low, intent.high, intent.weekdays, intent.priority, intent.valid_from, intent.valid_to,
    coalesce(category.category, project.project_name, intent.subject_value) as subject_name
from (
    select version.*, lead(version.valid_from) over (partition by version.account_id, version.intent_id order by version.valid_from) as next_from
    from app.intent as version
) as intent
left join core.dim_category as category
    on intent.account_id = category.account_id and intent.subject = 'category' and intent.subject_value = category.category_id
left join core.dim_project as project
    on intent.account_id = project.account_id and intent.subject = 'project' and intent.subject_value = project.project_key
where %(on)s::date is null
    or ((intent.valid_to is null or intent.valid_to > %(on)s) and (intent.next_from is null or intent.next_from > %(on)s))
order by intent.priority desc, intent.name, intent.valid_from

-- every_unnamed --
select intent.intent_id, intent.name, intent.sentence, intent.subject, intent.subject_value, intent.measure, intent.period,
    intent.comparison, intent.low, intent.high, intent.weekdays, intent.priority, intent.valid_from, intent.valid_to,
    coalesce(category.name, intent.subject_value) as subject_name
from (
    select version.*, lead(version.valid_from) over (partition by version.account_id, version.intent_id order by version.valid_from) as next_from
    from app.intent as version
) as intent
left join app.category as category
    on intent.account_id = category.account_id and intent.subject = 'category' and intent.subject_value = category.category_id
where %(on)s::date is null
    or ((intent.valid_to is null or intent.valid_to > %(on)s) and (intent.next_from is null or intent.next_from > %(on)s))
order by intent.priority desc, intent.name, intent.valid_from

-- put --
insert into app.intent as kept (
    account_id, intent_id, name, sentence, subject, subject_value, measure, period, comparison, low, high, weekdays,
    priority, valid_from, valid_to
)
values (
    app.current_account_id(), coalesce(%(intent_id)s::uuid, gen_random_uuid()), %(name)s, %(sentence)s, %(subject)s,
    %(subject_value)s, %(measure)s, %(period)s, %(comparison)s, %(low)s, %(high)s, %(weekdays)s, %(priority)s,
    %(valid_from)s, %(valid_to)s
)
on conflict (account_id, intent_id, valid_from) do update set
    sentence = excluded.sentence, comparison = excluded.comparison, low = excluded.low, high = excluded.high,
    weekdays = excluded.weekdays, priority = excluded.priority, valid_to = excluded.valid_to
returning intent_id, name, sentence, subject, subject_value, measure, period, comparison, low, high, weekdays, priority,
    valid_from, valid_to, null::text as subject_name

-- end --
-- Versions that would only begin then never come into force.
update app.intent set valid_to = greatest(valid_from, %(on)s)
where intent_id = %(intent_id)s and (valid_to is null or valid_to > %(on)s)
