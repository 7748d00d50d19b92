-- Jobs: one row per run of a stage, what it said, when it is due. The row is the queue entry and the record in one,
-- so they cannot disagree. Workers claim rows with `for update skip locked` and are woken by `notify`.

create table ops.job (
    account_id uuid not null references app.account on delete cascade,
    job_id uuid not null default gen_random_uuid(),
    stage text not null check (stage ~ '^[a-z][a-z_]*$'),
    subject text not null default '' check (length(subject) <= 200),
    parameters jsonb not null default '{}' check (jsonb_typeof(parameters) = 'object'),
    status text not null default 'queued'
    check (status in ('queued', 'running', 'waiting', 'needs_user', 'succeeded', 'failed', 'cancelled')),
    progress jsonb not null default '{}',
    summary jsonb,
    error jsonb,
    attempt integer not null default 0,
    fence bigint not null default 0,
    again boolean not null default false,
    again_parameters jsonb not null default '{}',
    priority smallint not null default 0,
    requested_by text not null default 'person' check (length(requested_by) between 1 and 100),
    worker text,
    queued_at timestamptz not null default now(),
    run_after timestamptz not null default now(),
    started_at timestamptz,
    finished_at timestamptz,
    heartbeat_at timestamptz,
    cancel_requested_at timestamptz,
    primary key (account_id, job_id)
);
create unique index job_one_alive on ops.job (account_id, stage, subject)
where status in ('queued', 'running', 'waiting');
create index job_due on ops.job (priority desc, run_after) where status in ('queued', 'waiting');
create index job_running on ops.job (heartbeat_at) where status = 'running';
create index job_recent on ops.job (account_id, queued_at desc, job_id);
comment on table ops.job is 'Runs of stages, queued, running and ended. One row per account and job.';
comment on column ops.job.subject is 'What the stage is about: a source, or a report''s kind and day. At most one living job each.';
comment on column ops.job.attempt is 'How often it was started for this request.';
comment on column ops.job.fence is 'Grows with every claim; whoever holds an older number may no longer write the row.';
comment on column ops.job.again is 'Somebody asked while it was running: one more run follows, with again_parameters.';
comment on column ops.job.priority is 'The higher goes first: a click overtakes the schedule.';
comment on column ops.job.error is 'Why it did not succeed: {kind, message, remedy}.';
comment on column ops.job.run_after is 'Not before: after a failure that time may heal, or when the quota resets.';

create table ops.job_log (
    account_id uuid not null,
    job_id uuid not null,
    line bigint generated always as identity,
    attempt integer not null default 0,
    at timestamptz not null default now(),
    level text not null default 'info' check (level in ('debug', 'info', 'warning', 'error')),
    event text not null,
    details jsonb not null default '{}',
    primary key (account_id, job_id, line),
    foreign key (account_id, job_id) references ops.job on delete cascade
);
comment on table ops.job_log is 'What jobs said while they ran. One row per account, job and line.';

create table app.schedule (
    account_id uuid not null references app.account on delete cascade,
    schedule_id uuid not null default gen_random_uuid(),
    stage text not null check (stage ~ '^[a-z][a-z_]*$'),
    subject text not null default '' check (length(subject) <= 200),
    local_time time not null,
    enabled boolean not null default true,
    next_run_at timestamptz,
    last_run_at timestamptz,
    primary key (account_id, schedule_id),
    unique (account_id, stage, subject)
);
create index schedule_due on app.schedule (next_run_at) where enabled;
comment on table app.schedule is 'What runs by itself every day at a local time of the account. One row per account and schedule.';
comment on column app.schedule.next_run_at is 'Null until a worker has worked it out from local_time and the account''s zone.';

alter table ops.job enable row level security;
alter table ops.job_log enable row level security;
alter table app.schedule enable row level security;
create policy own on ops.job for select to lifetracer_app using (account_id = (select app.current_account_id()));
create policy own on ops.job_log for select to lifetracer_app using (account_id = (select app.current_account_id()));
create policy own on app.schedule for all to lifetracer_app, authenticated
using (account_id = (select app.current_account_id()))
with check (account_id = (select app.current_account_id()));
grant select on ops.job, ops.job_log to lifetracer_app;
grant select, delete, insert (account_id, stage, subject, local_time, enabled), update (local_time, enabled)
on app.schedule to lifetracer_app, authenticated;

-- A change of the time, the zone or the switch makes the worker work out the next run anew.
create function app.forget_next_run() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    if tg_table_name = 'account' then
        update app.schedule set next_run_at = null where account_id = new.account_id;
    else
        new.next_run_at := null;
    end if;
    return new;
end
$$;
create trigger forget_next_run before update of local_time, enabled on app.schedule
for each row when (old.local_time is distinct from new.local_time or old.enabled is distinct from new.enabled)
execute function app.forget_next_run();
create trigger forget_next_run after update of time_zone on app.account
for each row when (old.time_zone is distinct from new.time_zone) execute function app.forget_next_run();

create function app.add_default_schedule() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    insert into app.schedule (account_id, stage, subject, local_time) values
    (new.account_id, 'sync', 'toggl_track', '01:00'),
    (new.account_id, 'sync', 'google_calendar', '01:05'),
    (new.account_id, 'transform', '', '02:00'),
    (new.account_id, 'report', 'week', '03:00')
    on conflict do nothing;
    return new;
end
$$;
create trigger add_default_schedule after insert on app.account
for each row execute function app.add_default_schedule();
insert into app.schedule (account_id, stage, subject, local_time)
select a.account_id, d.stage, d.subject, d.local_time
from app.account as a
cross join (
    values ('sync', 'toggl_track', '01:00'::time), ('sync', 'google_calendar', '01:05'),
    ('transform', '', '02:00'), ('report', 'week', '03:00')
) as d (stage, subject, local_time)
on conflict do nothing;

-- Workers listen on lifetracer_queue, servers (for pages that follow a job) on lifetracer_job.
create function ops.announce_job() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    if new.status = 'queued' or new.cancel_requested_at is not null and new.status = 'running' then
        perform pg_notify('lifetracer_queue', new.stage);
    end if;
    perform pg_notify('lifetracer_job', new.job_id::text);  -- any login may listen: never whose it is
    return null;
end
$$;
create trigger announce after insert on ops.job for each row execute function ops.announce_job();
create trigger announce_change after update on ops.job for each row
when (
    (old.status, old.progress, old.run_after, old.cancel_requested_at)
    is distinct from (new.status, new.progress, new.run_after, new.cancel_requested_at)
)
execute function ops.announce_job();

-- The account is never an argument: it is the one the transaction was opened for.
create function ops.acting_account() returns uuid
language plpgsql stable security invoker set search_path = ''
as $$
declare
    account uuid := nullif(current_setting('lifetracer.account_id', true), '')::uuid;
begin
    if account is null then
        raise exception 'no account: set lifetracer.account_id for the transaction' using errcode = '42501';
    end if;
    return account;
end
$$;

create function ops.request_job(
    p_stage text,
    p_subject text default '',
    p_parameters jsonb default '{}',
    p_requested_by text default 'person',
    p_priority smallint default 10::smallint
) returns table (job_id uuid, status text, created boolean)
language plpgsql volatile security definer set search_path = ''
as $$
declare
    account uuid := ops.acting_account();
begin
    loop
        return query
        insert into ops.job as j (account_id, stage, subject, parameters, requested_by, priority)
        values (account, p_stage, p_subject, p_parameters, p_requested_by, p_priority)
        on conflict do nothing
        returning j.job_id, j.status, true;
        if found then
            return;
        end if;
        -- A living one answers for itself. Begun: it runs once more. Not begun: it takes our wishes along,
        -- and a person does not wait for the pause after a failure.
        return query
        update ops.job as j set
            again = j.again or j.status = 'running',
            again_parameters = case
                when j.status = 'running' then j.again_parameters || p_parameters
                else j.again_parameters
            end,
            parameters = case when j.status = 'running' then j.parameters else j.parameters || p_parameters end,
            priority = greatest(j.priority, p_priority),
            run_after = case when j.status = 'queued' and p_priority > 0 then least(j.run_after, now()) else j.run_after end
        where j.account_id = account and j.stage = p_stage and j.subject = p_subject
            and j.status in ('queued', 'running', 'waiting')
        returning j.job_id, j.status, false;
        if found then
            return;
        end if;
    end loop;  -- it ended between the two statements: ask anew
end
$$;
comment on function ops.request_job is 'Ask for a run of a stage for the current account; the job that is to do it is returned.';

create function ops.cancel_job(p_job uuid) returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
    account uuid := ops.acting_account();
    outcome text;
begin
    perform pg_advisory_xact_lock(hashtextextended('jobs ' || account, 0));
    update ops.job as j set
        status = case when j.status = 'running' and j.stage <> 'pipeline' then 'running' else 'cancelled' end,
        cancel_requested_at = coalesce(j.cancel_requested_at, now()),
        finished_at = case when j.status = 'running' and j.stage <> 'pipeline' then null else now() end,
        again = false
    where j.account_id = account and j.job_id = p_job
        and j.status in ('queued', 'running', 'waiting', 'needs_user')
    returning j.status into outcome;
    if outcome is null then
        select j.status into outcome from ops.job as j where j.account_id = account and j.job_id = p_job;
        return outcome;
    end if;
    -- A pipeline takes along the jobs of its steps.
    perform ops.cancel_job((step ->> 'jobId')::uuid)
    from ops.job as j, jsonb_array_elements(j.progress -> 'steps') as step
    where j.account_id = account and j.job_id = p_job and j.stage = 'pipeline' and step ->> 'jobId' is not null
        and step ->> 'status' in ('queued', 'running', 'waiting');
    return outcome;
end
$$;
comment on function ops.cancel_job is 'Cancel a job of the current account: at once, or as soon as its child process has ended. Gives its status.';

revoke all on function app.forget_next_run() from public;
revoke all on function app.add_default_schedule() from public;
revoke all on function ops.announce_job() from public;
revoke all on function ops.acting_account() from public;
revoke all on function ops.request_job from public;
revoke all on function ops.cancel_job from public;
grant execute on function ops.acting_account(), ops.request_job, ops.cancel_job to lifetracer_app;
