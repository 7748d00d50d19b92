-- How jobs keep moving: which workers there are, what runs every few minutes, the whole day's batch, and what is tidied up.

-- Workers show that they live, with or without a job.
create table ops.worker (
    name text primary key,
    stages text[] not null,
    slots integer not null,
    running integer not null default 0,
    version text not null,
    started_at timestamptz not null default now(),
    seen_at timestamptz not null default now()
);
alter table ops.worker enable row level security;
comment on table ops.worker is 'Workers and when each was last seen. One row per worker; it goes when the worker ends well.';
comment on column ops.worker.name is 'Host and process id.';

-- The queue is read in exactly this order, however long it is.
drop index ops.job_due;
create index job_due on ops.job (priority desc, run_after, queued_at) where status in ('queued', 'waiting');
create index job_finished on ops.job (finished_at) where finished_at is not null;
-- Lines are written in the order of time, so a few ranges of pages tell which are old.
create index job_log_at on ops.job_log using brin (at) with (pages_per_range = 16);

-- A schedule has a time of day or an interval.
alter table app.schedule add column every_minutes integer check (every_minutes between 5 and 720);
alter table app.schedule alter column local_time drop not null;
alter table app.schedule add constraint schedule_time_or_interval check (num_nonnulls(local_time, every_minutes) = 1);
alter table app.schedule drop constraint schedule_account_id_stage_subject_key;
create unique index schedule_one_of_a_kind
on app.schedule (account_id, stage, subject, (every_minutes is null));
comment on table app.schedule is 'What runs by itself: every day at a local time of the account, or every so many minutes. One row per account and schedule.';
comment on column app.schedule.every_minutes is 'A light sync at this interval, as long as the service''s quota leaves room; null for a time of day.';
comment on column app.schedule.next_run_at is 'Null until a worker has worked it out.';
grant insert (every_minutes), update (every_minutes) on app.schedule to lifetracer_app, authenticated;

drop trigger forget_next_run on app.schedule;
create trigger forget_next_run before update of local_time, every_minutes, enabled on app.schedule
for each row when (
    (old.local_time, old.every_minutes, old.enabled) is distinct from (new.local_time, new.every_minutes, new.enabled)
)
execute function app.forget_next_run();

-- The whole batch; stages that a version does not have are passed by.
create or replace function app.add_default_schedule() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    insert into app.schedule (account_id, stage, subject, local_time) values
    (new.account_id, 'sync', 'toggl_track', '01:00'),
    (new.account_id, 'sync', 'google_calendar', '01:05'),
    (new.account_id, 'transform', '', '02:00'),
    (new.account_id, 'analyze', '', '02:20'),
    (new.account_id, 'adjust', '', '02:40'),
    (new.account_id, 'report', 'week', '03:00')
    on conflict do nothing;
    return new;
end
$$;
insert into app.schedule (account_id, stage, subject, local_time)
select a.account_id, d.stage, '', d.local_time
from app.account as a
cross join (values ('analyze', '02:20'::time), ('adjust', '02:40')) as d (stage, local_time)
on conflict do nothing;
