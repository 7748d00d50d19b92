-- nights --
-- Two nightly syncs and everything after them, every night.
with night as (
    select n, (%(last)s::date - n + time '03:00') at time zone 'UTC' as at from generate_series(0, %(days)s - 1) as n
), synced as (
    insert into ops.sync_run (account_id, connection_id, source, started_at, finished_at, status, requests, items, inserted)
    select c.account_id, c.connection_id, c.source, at, at + interval '9 s', 'succeeded', 12, 240, 30
    from night
    cross join app.connection as c
    where c.account_id = %(account)s
), known as (
    update app.connection set last_success_at = %(last)s::date + time '03:00', last_change_at = %(last)s::date + time '03:00'
    where account_id = %(account)s
)
insert into ops.job (account_id, stage, subject, status, queued_at, started_at, finished_at, requested_by, summary)
select %(account)s, stage, subject, 'succeeded', at, at, at + interval '9 s', 'schedule', '{}'
from night
cross join (values ('sync', 'toggl_track'), ('sync', 'google_calendar'), ('transform', ''), ('analyze', ''), ('pipeline', '')) as t (stage, subject)
where n < 400
