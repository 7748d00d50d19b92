-- entries --
-- What was lived, the latest first.
select
    entry_id, local_date, category, category_color, project, description, starts_at, ends_at, seconds, planned_seconds,
    verdict
from marts.entry_verdict
where
    account_id = %(account_id)s and local_date between %(first)s and %(last)s
    and (%(category)s = '' or category = %(category)s)
    and (%(project)s = '' or coalesce(project, 'No project') = regexp_replace(%(project)s, '^.* / ', ''))
    and (%(verdict)s = '' or verdict = %(verdict)s)
order by starts_at desc, entry_id
offset %(skip)s limit %(most)s

-- plans --
-- What was planned and how it was lived, the latest first; plans that are not over have no verdict yet.
select
    occurrence_id, local_date, category, category_color, title, calendar, starts_at, ends_at, planned_seconds as seconds,
    lived_seconds, verdict, start_delay_seconds, replaced_by_category
from marts.plan_verdict
where
    account_id = %(account_id)s and local_date between %(first)s and %(last)s
    and (%(category)s = '' or category = %(category)s)
    and (%(verdict)s = '' or verdict = %(verdict)s)
order by starts_at desc, occurrence_id
offset %(skip)s limit %(most)s

-- category_sum --
-- What the pages say of these days.
select sum(actual_seconds)::bigint as actual_seconds, sum(planned_seconds)::bigint as planned_seconds
from marts.day_category
where
    account_id = %(account_id)s and local_date between %(first)s and %(last)s
    and (%(category)s = '' or category = %(category)s)

-- project_sum --
-- What the pages say of a project in these days.
select sum(actual_seconds)::bigint as actual_seconds
from marts.day_project
where
    account_id = %(account_id)s and local_date between %(first)s and %(last)s
    and coalesce(client || ' / ', '') || project = %(project)s
