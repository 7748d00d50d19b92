-- The histories of the benchmark of scale, made where they lie: each statement writes one raw table of one account.

-- connection --
insert into app.connection (account_id, source, name)
values (%(account)s, %(source)s, 'bench')
returning connection_id

-- workspaces --
insert into raw.toggl_track__workspaces (account_id, source_id, connection_id, data, api_version)
values (%(account)s, '1', %(toggl)s, '{"id": 1, "name": "Bench", "default_currency": "EUR", "default_hourly_rate": 60}', 'v9')

-- clients --
insert into raw.toggl_track__clients (account_id, source_id, connection_id, data, api_version)
select %(account)s, n::text, %(toggl)s, jsonb_build_object('id', n, 'name', 'Client ' || n), 'v9'
from generate_series(1, 4) as n

-- projects --
insert into raw.toggl_track__projects (account_id, source_id, connection_id, data, api_version)
select
    %(account)s, n::text, %(toggl)s,
    jsonb_build_object(
        'id', n, 'workspace_id', 1, 'client_id', case when n <= 6 then 1 + n %% 4 end, 'name', name, 'active', true,
        'color', '#' || lpad(to_hex(n * 900000), 6, '0'), 'billable', n <= 6),
    'v9'
from unnest(array[
    'Atlas', 'Borealis', 'Study', 'Reading', 'Admin', 'Support', 'Sleep', 'Gym', 'Cooking', 'Family', 'Travel', 'Errands'
]) with ordinality as t (name, n)

-- entries --
-- Thirty a day, one after the other: some with a gap of minutes between, some overlapping, the last over midnight.
-- One of ten has a description that nobody wrote before or after.
insert into raw.toggl_track__time_entries (account_id, source_id, connection_id, data, api_version)
select
    %(account)s,
    id::text,
    %(toggl)s,
    jsonb_build_object(
        'id', id, 'workspace_id', 1, 'user_id', 1, 'billable', slot %% 3 = 0,
        'project_id', case when (slot + local_day) %% 12 > 0 then (slot + local_day) %% 12 end,
        'description', case
            when (id * 7919) %% 10 = 0 then 'Call number ' || id
            else (array['Plan', 'Write', 'Review', 'Talk about', 'Clean', 'Read'])[1 + (id * 31) %% 6] || ' topic ' || (id * 104729) %% 50
        end,
        'start', to_jsonb(starts), 'stop', to_jsonb(starts + length * interval '1 minute'), 'duration', length * 60,
        'tags', case when slot %% 4 = 0 then '["deep"]'::jsonb else '[]'::jsonb end, 'at', to_jsonb(starts)),
    'v9'
from (
    select
        local_day::bigint * 30 + slot as id,
        local_day,
        slot,
        timestamptz '2000-01-01 06:00Z' + (local_day * 1440 + slot * 36 + (slot * 13) %% 5) * interval '1 minute' as starts,
        26 + (slot * 17 + local_day) %% 14 as length
    from generate_series(%(last)s::date - '2000-01-01'::date - %(days)s + 1, %(last)s::date - '2000-01-01'::date) as local_day
    cross join generate_series(0, 29) as slot
) as made

-- calendars --
insert into raw.google_calendar__calendars (account_id, source_id, connection_id, data, api_version)
select %(account)s, id, %(google)s, jsonb_build_object('id', id, 'summary', id, 'primary', id = 'me', 'timeZone', 'Europe/Berlin'), 'v3'
from unnest(array['me', 'team', 'family']) as id

-- events --
-- Of the occurrences, four fifths are of series with one occurrence a day or a week; each series lasts a year.
insert into raw.google_calendar__events (account_id, source_id, connection_id, data, api_version)
select
    %(account)s,
    calendar || '/' || id,
    %(google)s,
    jsonb_build_object('id', id, 'iCalUID', id || '@bench', 'summary', title, 'status', 'confirmed',
        'attendees', jsonb_build_array(jsonb_build_object('self', true, 'responseStatus', 'accepted'))),
    'v3'
from (
    select distinct
        series as id,
        (array['me', 'team', 'family'])[1 + slot %% 3] as calendar,
        case
            when slot = 5 then 'Visit ' || series
            else (array['Study: next chapter', 'Atlas standup', 'Gym', 'Lunch', 'Review topic 7'])[1 + slot]
        end as title
    from (
        select local_day, slot, case when slot < 4 then 'y' || local_day / 365 || 's' || slot else 'd' || local_day || 's' || slot end as series
        from generate_series(%(last)s::date - '2000-01-01'::date - %(days)s + 1, %(last)s::date - '2000-01-01'::date) as local_day
        cross join generate_series(0, 5) as slot
        where slot < 5 or local_day %% 2 = 0
    ) as planned
) as made

-- occurrences --
insert into raw.occurrence (
    account_id, occurrence_id, connection_id, source, calendar_id, series_id, content_id, original_start, starts_at, ends_at
)
select
    %(account)s, calendar || '/' || series || '/' || local_day, %(google)s, 'google_calendar', calendar,
    calendar || '/' || series, calendar || '/' || series, to_char(starts at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
    starts, starts + interval '50 minutes'
from (
    select
        local_day,
        (array['me', 'team', 'family'])[1 + slot %% 3] as calendar,
        case when slot < 4 then 'y' || local_day / 365 || 's' || slot else 'd' || local_day || 's' || slot end as series,
        timestamptz '2000-01-01 07:00Z' + (local_day * 1440 + slot * 110) * interval '1 minute' as starts
    from generate_series(%(last)s::date - '2000-01-01'::date - %(days)s + 1, %(last)s::date - '2000-01-01'::date) as local_day
    cross join generate_series(0, 5) as slot
    where slot < 5 or local_day %% 2 = 0
) as made

-- change_entries --
-- What a day brings: its thirty entries are corrected, each by a minute and by what it was about.
update raw.toggl_track__time_entries as t set
    data = t.data || jsonb_build_object(
        'start', to_jsonb((t.data ->> 'start')::timestamptz + interval '1 minute'), 'description', 'Mended ' || %(round)s),
    synced_at = now()
where t.account_id = %(account)s and t.source_id = any(
    select ((%(last)s::date - '2000-01-01'::date - %(ago)s)::bigint * 30 + slot)::text from generate_series(0, 29) as slot
)

-- change_projects --
-- … the sums that Toggl keeps with a project follow
update raw.toggl_track__projects as t set data = t.data || jsonb_build_object('actual_seconds', %(round)s::int), synced_at = now()
where t.account_id = %(account)s

-- change_occurrences --
-- … and two plans are put off by half an hour.
update raw.occurrence as t set starts_at = t.starts_at + interval '30 minutes', ends_at = t.ends_at + interval '30 minutes'
where t.account_id = %(account)s
    and t.starts_at >= (%(last)s::date - %(ago)s::int)::timestamptz and t.starts_at < (%(last)s::date - %(ago)s::int + 1)::timestamptz
    and t.series_id similar to '%%s[14]'

-- copy_connections --
insert into app.connection (account_id, source, name)
select id, c.source, c.name
from unnest(%(ids)s::uuid[]) as id
cross join (select source, name from app.connection where account_id = %(account)s) as c

-- tables --
-- What a person has: the raw rows and what was made of them.
select c.table_schema, c.table_name, array_agg(c.column_name::text order by c.ordinal_position) as names
from information_schema.columns as c
inner join information_schema.tables as t using (table_schema, table_name)
where t.table_type = 'BASE TABLE'
    and c.is_identity = 'NO'
    and (c.table_schema = 'core' or c.table_schema = 'raw' and c.table_name not in ('change', 'revision'))
group by c.table_schema, c.table_name
having bool_or(c.column_name = 'account_id')
order by c.table_schema, c.table_name

-- copy --
insert into {table} ({columns})
select {copied}
from unnest(%(ids)s::uuid[]) as copy (account_id)
cross join (select * from {table} where account_id = %(account)s offset 0) as row
{link}

-- link --
left join app.connection as former on row.connection_id = former.connection_id and former.account_id = %(account)s
left join app.connection as link on copy.account_id = link.account_id and former.source = link.source and former.name = link.name

-- no_link --
