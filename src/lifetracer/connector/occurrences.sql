-- lock --
-- One refresh of a connection at a time, until the end of the transaction.
select pg_advisory_xact_lock(hashtextextended('occurrences ' || %(connection)s::text, 0))

-- remembered --
select state from ops.cursor
where account_id = %(account)s and connection_id = %(connection)s and stream = 'occurrences' and partition = ''

-- remember --
insert into ops.cursor as c (account_id, connection_id, stream, partition, state)
values (%(account)s, %(connection)s, 'occurrences', '', %(state)s)
on conflict (account_id, connection_id, stream, partition) do update set state = excluded.state, updated_at = now()

-- newest --
-- When this connection's rows were last touched.
select greatest(
    (select max(synced_at) from {events} where account_id = %(account)s and connection_id = %(connection)s),
    (select max(synced_at) from {calendars} where account_id = %(account)s and connection_id = %(connection)s)
)

-- zones --
-- The zone of each calendar, the account's where it has none of its own.
select c.source_id, c.data ->> 'timeZone', a.time_zone
from app.account as a
left join {calendars} as c on c.account_id = a.account_id and c.connection_id = %(connection)s
where a.account_id = %(account)s

-- groups --
-- Every event of the series that have to be expanded (again), one series after the other. A bare cancelled instance
-- tells its series by its id only (see expansion.master_id). What our own feeds tell of what happened is no plan.
with event as (
    select
        e.source_id, e.data, e.synced_at,
        split_part(e.source_id, '/', 1) as calendar_id,
        e.deleted_at is not null or c.deleted_at is not null as gone,
        coalesce(c.synced_at >= %(since)s, false) as calendar_touched,
        coalesce(
            nullif(e.data ->> 'recurringEventId', ''),
            case when e.data ->> 'status' = 'cancelled' then substring(e.data ->> 'id' from '^(.+)_\d{{8}}(?:T\d{{6}}Z)?$') end,
            e.data ->> 'id'
        ) as series
    from {events} as e
    left join {calendars} as c on c.account_id = e.account_id and c.source_id = split_part(e.source_id, '/', 1)
    where e.account_id = %(account)s and e.connection_id = %(connection)s
        and right(coalesce(e.data ->> 'iCalUID', ''), length(%(mark)s)) <> %(mark)s
), grouped as (
    -- Windows, not a join of the groups with their events: without statistics PostgreSQL would compare all with all.
    select
        *,
        bool_or(%(everything)s or synced_at >= %(since)s or calendar_touched) over series_of_calendar as touched,
        bool_or(not gone and data ? 'recurrence') over series_of_calendar as repeats
    from event
    window series_of_calendar as (partition by calendar_id, series)
)
select calendar_id, series, touched, source_id, gone, data
from grouped
where touched or (%(moved)s and repeats)
order by calendar_id, series

-- expand_anew --
-- What is expanded anew did not change in the calendar: no former versions are kept of it (raw.keep_occurrence).
select set_config('lifetracer.expands_anew', 'on', true)

-- expanded --
select set_config('lifetracer.expands_anew', 'off', true)

-- replace --
-- Put the new occurrences of some series in place of the old ones; counts what is different afterwards.
with fresh as (
    select *
    from unnest(
        %(occurrence_id)s::text[], %(calendar_id)s::text[], %(series_id)s::text[], %(content_id)s::text[],
        %(original_start)s::text[], %(starts_at)s::timestamptz[], %(ends_at)s::timestamptz[], %(starts_on)s::date[],
        %(ends_on)s::date[], %(time_zone)s::text[]
    ) as f (
        occurrence_id, calendar_id, series_id, content_id, original_start, starts_at, ends_at, starts_on, ends_on, time_zone
    )
), stale as (
    delete from raw.occurrence as o
    where o.account_id = %(account)s and o.connection_id = %(connection)s and o.series_id = any(%(members)s)
        and o.occurrence_id not in (select f.occurrence_id from fresh as f)
    returning 1
), written as (
    insert into raw.occurrence as o (
        account_id, connection_id, source, occurrence_id, calendar_id, series_id, content_id, original_start,
        starts_at, ends_at, starts_on, ends_on, time_zone
    )
    select
        %(account)s, %(connection)s, %(source)s, f.occurrence_id, f.calendar_id, f.series_id, f.content_id,
        f.original_start, f.starts_at, f.ends_at, f.starts_on, f.ends_on, f.time_zone
    from fresh as f
    on conflict (account_id, occurrence_id) do update set
        connection_id = excluded.connection_id, calendar_id = excluded.calendar_id, series_id = excluded.series_id,
        content_id = excluded.content_id, original_start = excluded.original_start, starts_at = excluded.starts_at,
        ends_at = excluded.ends_at, starts_on = excluded.starts_on, ends_on = excluded.ends_on,
        time_zone = excluded.time_zone
    where (o.connection_id, o.content_id, o.series_id, o.starts_at, o.ends_at, o.starts_on, o.ends_on, o.time_zone)
        is distinct from (
            excluded.connection_id, excluded.content_id, excluded.series_id, excluded.starts_at, excluded.ends_at,
            excluded.starts_on, excluded.ends_on, excluded.time_zone
        )
    returning 1
)
select (select count(*) from stale) + (select count(*) from written)
