-- What the jobs room asks the database. Parameters are named; a statement that ends or changes a running job checks
-- its fence: (job_id, fence) is the right to write.

-- request --
select job_id, status, created from ops.request_job(
    %(stage)s, %(subject)s, %(parameters)s, %(requested_by)s, %(priority)s::smallint
)

-- cancel --
select ops.cancel_job(%(job_id)s) as status

-- find --
select * from ops.job where account_id = ops.acting_account() and job_id = %(job_id)s

-- is_cancelled --
select cancel_requested_at is not null as cancelled from ops.job
where account_id = ops.acting_account() and job_id = %(job_id)s

-- recent --
select * from ops.job
where account_id = ops.acting_account()
    and (%(stage)s::text is null or stage = %(stage)s)
    and (%(status)s::text is null or status = %(status)s)
    and (
        %(before)s::uuid is null
        or (queued_at, job_id) < (
            select b.queued_at, b.job_id from ops.job as b
            where b.account_id = ops.acting_account() and b.job_id = %(before)s
        )
    )
order by queued_at desc, job_id desc
limit %(limit)s

-- log_lines --
select line, attempt, at, level, event, details from ops.job_log
where account_id = ops.acting_account() and job_id = %(job_id)s and line > %(after)s
order by line
limit %(limit)s

-- act_for --
select set_config('lifetracer.account_id', %(account_id)s, true)

-- lock_account --
select pg_advisory_xact_lock(hashtextextended('jobs ' || %(account_id)s, 0))

-- claim --
with next as (
    select j.account_id, j.job_id
    from ops.job as j
    where j.status in ('queued', 'waiting') and j.run_after <= now()
        and j.stage = any(%(stages)s::text[])
        -- What the schedule asked for waits for the stages before it, whoever asked for those.
        and not (j.requested_by = 'schedule' and exists (
            select from ops.job as e
            where e.account_id = j.account_id and e.status in ('queued', 'running')
                and array_position(%(order)s::text[], e.stage) < array_position(%(order)s::text[], j.stage)
        ))
    order by j.priority desc, j.run_after, j.queued_at
    for update skip locked
    limit 1
)
update ops.job as j set
    status = 'running', attempt = j.attempt + 1, fence = j.fence + 1, worker = %(worker)s, error = null, progress = '{}',
    started_at = now(), finished_at = null, heartbeat_at = now()
from next
where j.account_id = next.account_id and j.job_id = next.job_id
returning j.*

-- beat --
update ops.job as j set heartbeat_at = now()
from unnest(%(job_ids)s::uuid[], %(fences)s::bigint[]) as mine (job_id, fence)
where j.job_id = mine.job_id and j.fence = mine.fence and j.status = 'running'
returning j.job_id, j.cancel_requested_at is not null as cancelled

-- save_progress --
update ops.job set progress = %(progress)s
where account_id = %(account_id)s and job_id = %(job_id)s and fence = %(fence)s and status = 'running'

-- save_log --
insert into ops.job_log (account_id, job_id, attempt, at, level, event, details)
select j.account_id, j.job_id, j.attempt, l.at, l.level, l.event, l.details
from ops.job as j, jsonb_to_recordset(%(lines)s) as l (at timestamptz, level text, event text, details jsonb)
where j.account_id = %(account_id)s and j.job_id = %(job_id)s and j.fence = %(fence)s

-- end --
update ops.job set
    status = %(status)s, summary = coalesce(%(summary)s, summary), error = %(error)s,
    finished_at = now(), heartbeat_at = null, again = false, again_parameters = '{}'
from (
    select again as asked_again, again_parameters as wishes from ops.job
    where account_id = %(account_id)s and job_id = %(job_id)s for update
) as former
where account_id = %(account_id)s and job_id = %(job_id)s and fence = %(fence)s and status = 'running'
returning former.asked_again and cancel_requested_at is null as again, former.wishes

-- postpone --
update ops.job set
    status = %(status)s, summary = coalesce(%(summary)s, summary), error = %(error)s, run_after = %(run_after)s,
    heartbeat_at = null, worker = null,
    attempt = attempt - %(forgiven)s, parameters = parameters || again_parameters, again = false, again_parameters = '{}'
where account_id = %(account_id)s and job_id = %(job_id)s and fence = %(fence)s and status = 'running'
    and cancel_requested_at is null
returning job_id

-- stalled --
select * from ops.job
where status = 'running' and heartbeat_at < now() - make_interval(secs => %(seconds)s)
limit 100

-- still_stalled --
select job_id from ops.job
where account_id = %(account_id)s and job_id = %(job_id)s and fence = %(fence)s
    and status = 'running' and heartbeat_at < now() - make_interval(secs => %(seconds)s)
for update

-- hold --
select job_id from ops.job
where account_id = %(account_id)s and job_id = %(job_id)s and fence = %(fence)s and status = 'running'
for share

-- changed_rows --
select exists (
    select from ops.sync_run
    where account_id = %(account_id)s and started_at >= %(since)s and inserted + updated + deleted > 0
) as changed

-- running_pipeline --
select * from ops.job
where account_id = %(account_id)s and stage = 'pipeline' and status = 'running'
for update

-- begin_pipeline --
-- Without a heartbeat it needs no worker any more: the ends of its steps move it on.
update ops.job set heartbeat_at = null
where account_id = %(account_id)s and job_id = %(job_id)s and fence = %(fence)s and status = 'running'
returning job_id

-- former_pipeline --
select progress -> 'steps' as steps from ops.job
where account_id = %(account_id)s and stage = 'pipeline' and status in ('failed', 'needs_user', 'cancelled')
    and job_id <> %(job_id)s
order by finished_at desc
limit 1

-- active_sources --
-- What is worth asking again: all but the paused and those whose credential was refused. A full disk, say, is over some day.
select distinct source from app.connection
where account_id = %(account_id)s and status <> 'paused'
    and not (status = 'needs_user' and coalesce(problem ->> 'kind', '') = 'credential')
order by source

-- schedule_due --
select s.account_id, s.schedule_id, s.stage, s.subject, s.local_time, s.every_minutes, s.next_run_at, a.time_zone
from app.schedule as s
join app.account as a on a.account_id = s.account_id
where s.enabled and (s.next_run_at is null or s.next_run_at <= %(now)s)
order by s.next_run_at nulls last, s.local_time
for update of s skip locked
limit 1

-- schedule_ran --
update app.schedule set next_run_at = %(next_run_at)s, last_run_at = coalesce(%(ran_at)s, last_run_at)
where account_id = %(account_id)s and schedule_id = %(schedule_id)s

-- has_source --
select exists (
    select from app.connection
    where account_id = %(account_id)s and source = %(source)s and status <> 'paused'
        and not (status = 'needs_user' and coalesce(problem ->> 'kind', '') = 'credential')
) as found

-- has_room --
-- Room for a light sync: two thirds of the allowance stay for people and for the nightly batch.
select not exists (
    select from ops.quota as q
    join app.connection as c on c.account_id = q.account_id and c.connection_id = q.connection_id
    where q.account_id = %(account_id)s and c.source = %(source)s and q.resets_at > %(now)s
        and 3 * q.remaining < 2 * coalesce(q.total, 30)
) as found

-- schedules --
select schedule_id, stage, subject, local_time, every_minutes, enabled, next_run_at, last_run_at from app.schedule
where account_id = ops.acting_account()
order by local_time nulls last, stage, subject

-- set_schedule --
insert into app.schedule as s (account_id, stage, subject, local_time, every_minutes, enabled)
values (ops.acting_account(), %(stage)s, %(subject)s, %(local_time)s, %(every_minutes)s, true)
on conflict (account_id, stage, subject, (every_minutes is null)) do update set
    local_time = excluded.local_time, every_minutes = excluded.every_minutes, enabled = true

-- switch_schedule --
update app.schedule set enabled = %(enabled)s
where account_id = ops.acting_account() and stage = %(stage)s and subject = %(subject)s
    and (every_minutes is not null) = %(often)s
returning schedule_id

-- show_worker --
insert into ops.worker as w (name, stages, slots, running, version)
values (%(name)s, %(stages)s, %(slots)s, %(running)s, %(version)s)
on conflict (name) do update set
    stages = excluded.stages, slots = excluded.slots, running = excluded.running, version = excluded.version,
    seen_at = now()

-- leave_worker --
delete from ops.worker where name = %(name)s or seen_at < now() - interval '1 day'

-- tidy_logs --
delete from ops.job_log where (account_id, job_id, line) in (
    select l.account_id, l.job_id, l.line from ops.job_log as l
    join ops.job as j on j.account_id = l.account_id and j.job_id = l.job_id
    where l.at < now() - make_interval(days => %(days)s) and j.finished_at is not null
    limit %(limit)s
)

-- tidy_jobs --
-- The latest run of each stage and subject stays: it tells when that was last done.
delete from ops.job where (account_id, job_id) in (
    select j.account_id, j.job_id from ops.job as j
    where j.finished_at < now() - make_interval(days => %(days)s)
        and exists (
            select from ops.job as later
            where later.account_id = j.account_id and later.stage = j.stage and later.subject = j.subject
                and later.queued_at > j.queued_at
        )
    order by j.finished_at
    limit %(limit)s
    for update skip locked
)

-- account --
select account_id, name, time_zone, language from app.account where account_id = ops.acting_account()
