-- connections --
-- The connections a sync is asked for: all but the paused, or those named (whatever their state).
select connection_id, source, name, settings, status, problem, external_user, last_change_at
from app.connection
where account_id = %(account)s
    and case when %(sources)s::text[] = '{}' then status <> 'paused' else source = any(%(sources)s) or name = any(%(sources)s) end
order by created_at, connection_id

-- begin_session --
-- Pages are committed without waiting for the disk: a page's rows and its cursor are one transaction and the log keeps
-- the order of commits, so after a power cut the database stands at some earlier page of the same reading, and the next
-- sync goes on there. Nothing outside depends on a page. What `sync` reports at its end is committed on another session
-- that does wait (end_run), and with it every page before.
select
    set_config('lock_timeout', %(wait)s, false), set_config('timezone', 'UTC', false),
    set_config('synchronous_commit', 'off', false)

-- end_session --
reset all

-- lock_connection --
select pg_advisory_lock(hashtextextended('sync ' || %(connection)s::text, 0))

-- unlock_all --
select pg_advisory_unlock_all()

-- forget_abandoned_sweeps --
delete from ops.sweep_seen as s
where s.account_id = %(account)s and s.connection_id = %(connection)s
    and not exists (
        select from ops.cursor as c
        where c.account_id = s.account_id and c.connection_id = s.connection_id
            and strpos(c.state::text, s.sweep_id::text) > 0)

-- begin_run --
with interrupted as (
    update ops.sync_run set status = 'interrupted', finished_at = now()
    where account_id = %(account)s and connection_id = %(connection)s and status = 'running'
)
insert into ops.sync_run (account_id, connection_id, source)
values (%(account)s, %(connection)s, %(source)s)
returning run_id, started_at

-- count_swept --
update ops.sync_run set deleted = deleted + %(swept)s where account_id = %(account)s and run_id = %(run)s

-- end_run --
update ops.sync_run set
    finished_at = now(), status = %(status)s, requests = %(requests)s, details = %(details)s, error = %(error)s
where account_id = %(account)s and run_id = %(run)s

-- end_connection --
-- What the sync found out about the connection itself.
update app.connection set
    status = case when %(problem)s::jsonb is not null then 'needs_user' when status = 'needs_user' then 'active' else status end,
    problem = %(problem)s::jsonb,
    last_success_at = case when %(succeeded)s then now() else last_success_at end,
    last_change_at = case when %(changed)s then now() else last_change_at end
where account_id = %(account)s and connection_id = %(connection)s

-- cursors --
select partition, state from ops.cursor
where account_id = %(account)s and connection_id = %(connection)s and stream = %(stream)s

-- allowances --
select bucket, total, remaining, resets_at, observed_at from ops.quota
where account_id = %(account)s and connection_id = %(connection)s

-- save_allowance --
insert into ops.quota as q (account_id, connection_id, bucket, total, remaining, resets_at)
values (%(account)s, %(connection)s, %(bucket)s, %(total)s, %(remaining)s, %(resets_at)s)
on conflict (account_id, connection_id, bucket) do update set
    total = coalesce(excluded.total, q.total), remaining = excluded.remaining,
    resets_at = excluded.resets_at, observed_at = now()

-- rows --
select data from raw.{table}
where account_id = %(account)s and connection_id = %(connection)s and deleted_at is null

-- total --
-- Seconds (or whatever the two keys count) of the living rows in a covered part; with a sweep, of those it met.
select coalesce(sum(amount), 0)::bigint as total
from (
    select coalesce(t.data ->> %(key)s, t.data ->> %(else_key)s)::numeric as amount
    from raw.{table} as t
    where t.account_id = %(account)s and t.connection_id = %(connection)s and t.deleted_at is null
        and (%(time)s::text is null or (
            (%(since)s::timestamptz is null or (t.data ->> %(time)s)::timestamptz >= %(since)s)
            and (%(until)s::timestamptz is null or (t.data ->> %(time)s)::timestamptz < %(until)s)))
        and (%(where)s::text is null or jsonb_path_exists(t.data, %(where)s::text::jsonpath))
        and (%(sweep)s::uuid is null or exists (
            select from ops.sweep_seen as s
            where s.account_id = t.account_id and s.sweep_id = %(sweep)s::uuid
                and s.stream = %(stream)s and s.source_id = t.source_id))
) as amounts
where amount >= 0

-- heartbeat --
-- When the person last used the service, and on how many of the 28 days before; nothing when it was since %(lately)s.
with days as (
    select distinct ((data ->> %(key)s)::timestamptz at time zone 'UTC')::date as day
    from raw.{table}
    where account_id = %(account)s and connection_id = %(connection)s and deleted_at is null
        and (data ->> %(key)s)::timestamptz <= %(now)s
        and not exists (
            select from raw.{table}
            where account_id = %(account)s and connection_id = %(connection)s and deleted_at is null
                and (data ->> %(key)s)::timestamptz >= %(lately)s and (data ->> %(key)s)::timestamptz <= %(now)s)
)
select max(day) as last_day, count(*) filter (where day > (select max(day) from days) - 28) as busy_days from days
