-- connections --
-- Every access to a service: its state, its last sync and what is left of its allowance.
select
    c.connection_id, c.source, c.name, c.status, c.problem, c.last_success_at, c.last_change_at,
    q.remaining, q.total, q.resets_at,
    r.status as run_status, r.error as run_error, r.started_at as run_started_at, r.finished_at as run_finished_at,
    r.requests, r.inserted, r.updated, r.deleted
from app.connection as c
left join lateral (
    select remaining, total, resets_at from ops.quota
    where account_id = c.account_id and connection_id = c.connection_id and total is not null
    order by remaining::numeric / nullif(total, 0), bucket
    limit 1
) as q on true
left join lateral (
    select * from ops.sync_run
    where account_id = c.account_id and connection_id = c.connection_id
    order by started_at desc
    limit 1
) as r on true
order by c.source, c.name

-- sync_runs --
-- The latest syncs.
select r.source, c.name, r.started_at, r.finished_at, r.status, r.requests, r.items, r.inserted, r.updated, r.deleted, r.mended, r.error
from ops.sync_run as r
join app.connection as c on c.account_id = r.account_id and c.connection_id = r.connection_id
order by r.started_at desc
limit 20

-- raw_tables --
-- The tables that hold what the services sent.
select c.relname as name
from pg_catalog.pg_class as c
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where n.nspname = 'raw' and c.relkind = 'r' and c.relname like '%%\_\_%%'
order by c.relname

-- jobs --
-- The latest jobs.
select job_id, stage, subject, status, progress, summary, error, attempt, queued_at, run_after, started_at, finished_at
from ops.job
order by queued_at desc, job_id
limit 50

-- living_job --
-- The job that is at work or waits its turn, for the button that shows it.
select job_id, stage, subject, status
from ops.job
where status in ('queued', 'running', 'waiting') and stage in ('sync', 'pipeline')
order by queued_at desc
limit 1

-- picture --
-- Whether the marts were ever made.
select to_regclass('marts.week_block') is not null as made

-- latest --
-- The last day with entries; without any, with plans.
select local_date
from marts.day
where account_id = %(account_id)s and (actual_seconds > 0 or planned_seconds > 0)
order by actual_seconds > 0 desc, local_date desc
limit 1

-- clients --
-- Whose time was billable lately.
select distinct client
from marts.billable_client
where account_id = %(account_id)s and month_start >= %(since)s and client is not null
order by client
limit 200
