-- Queries of connections.py, in the visitor's own transaction.

-- quotas --
select connection_id, bucket, total, remaining, resets_at from ops.quota order by bucket

-- follower --
-- The transform that shows what a job brought.
select job_id from ops.job
where stage = 'transform' and queued_at >= %(since)s
order by queued_at desc
limit 1

-- set_status --
update app.connection set status = %(status)s
where connection_id = %(connection_id)s and status in ('active', 'paused')

-- set_calendars --
update app.connection set settings = settings
    || jsonb_build_object('calendar_ids', to_jsonb(%(calendar_ids)s::text[]), 'calendars_off', to_jsonb(%(calendars_off)s::text[]))
where connection_id = %(connection_id)s

-- has_marts --
select to_regclass('marts.week_block') is not null as there

-- counts --
select
    count(*) filter (where layer = 'actual') as actual,
    count(*) filter (where layer = 'plan') as plan,
    max(local_date) filter (where layer = 'actual') as latest
from marts.week_block
