-- The history of the benchmark of analysis, made where it lies: twenty categories, five years.

-- connection --
insert into app.connection (account_id, source, name)
values (%(account)s, %(source)s, 'bench')
returning connection_id

-- projects --
insert into raw.toggl_track__projects (account_id, source_id, connection_id, data, api_version)
select %(account)s, n::text, %(toggl)s, jsonb_build_object('id', n, 'name', 'Category ' || n, 'active', true), 'v9'
from generate_series(1, 20) as n

-- entries --
-- Each category on most of its weekdays, for twenty minutes to an hour and twenty, one after the other.
insert into raw.toggl_track__time_entries (account_id, source_id, connection_id, data, api_version)
select
    %(account)s,
    id::text,
    %(toggl)s,
    jsonb_build_object(
        'id', id, 'project_id', project, 'start', to_jsonb(starts),
        'stop', to_jsonb(starts + length * interval '1 minute'), 'duration', length * 60, 'billable', false,
        'description', null, 'tags', null, 'at', to_jsonb(starts)),
    'v9'
from (
    select
        local_day::bigint * 20 + project as id,
        project,
        ((%(last)s::date - local_day) + (project - 1) * interval '70 minutes') at time zone 'UTC' as starts,
        20 + (local_day * 7919 + project * 104729 + local_day * project) %% 40 as length
    from generate_series(0, %(days)s - 1) as local_day
    cross join generate_series(1, 20) as project
    where (local_day * project * 31 + project) %% 7 <= project %% 4 + 2
) as made

-- calendars --
insert into raw.google_calendar__calendars (account_id, source_id, connection_id, data, api_version)
values (%(account)s, 'me', %(google)s, '{"id": "me", "summary": "Me", "primary": true}', 'v3')

-- events --
insert into raw.google_calendar__events (account_id, source_id, connection_id, data, api_version)
select
    %(account)s,
    'me/' || n,
    %(google)s,
    jsonb_build_object('id', n::text, 'iCalUID', n || '@bench', 'summary', 'Category ' || n, 'status', 'confirmed',
        'created', '2015-01-01T00:00:00Z', 'updated', '2015-01-01T00:00:00Z'),
    'v3'
from generate_series(1, 5) as n

-- occurrences --
-- Five plans a day, also of the coming months.
insert into raw.occurrence (
    account_id, occurrence_id, connection_id, source, calendar_id, series_id, content_id, original_start, starts_at, ends_at
)
select
    %(account)s, 'me/' || n || '/' || local_day, %(google)s, 'google_calendar', 'me', 'me/' || n, 'me/' || n,
    starts::text, starts, starts + interval '40 minutes'
from generate_series(-60, %(days)s - 1) as local_day
cross join generate_series(1, 5) as n
cross join lateral (
    select ((%(last)s::date - local_day) + (n - 1) * interval '70 minutes') at time zone 'UTC' as starts
) as at
where (local_day * n) %% 5 <= 3
