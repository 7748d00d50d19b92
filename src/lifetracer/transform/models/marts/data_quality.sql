-- What a person should look at, found day by day, in words. Each part reads its days by index; words are made last.
--   untracked    a day with less than half of what is usual: the median of the same weekday in the eight weeks before
--   overlap      two entries at the same time, for a minute or longer; long ones are told as long
--   duplicate    two entries with the same start, end and description
--   long, running, uncounted   an entry longer than 12 hours, still going on, or so long that it is not counted
--   no_project   a day's entries without a project, where most of the time around it has one
--   no_start … half_running    entries that cannot be right
--   calendar     a calendar that was in use and has nothing any more
--   stale, needs_user          a source that is not read
{%- set long = 43200 %}
with untracked as (
    select
        day.account_id,
        'untracked' as kind,
        day.local_date,
        '' as item,
        day.actual_seconds::bigint as seconds,
        habit.seconds as other_seconds,
        null::text as subject,
        null::text as other,
        'toggl_track' as source
    from {{ ref('fct_day') }} as day
    cross join lateral (
        select percentile_cont(0.5) within group (order by former.actual_seconds)::bigint as seconds, count(*) as days
        from {{ ref('fct_day') }} as former
        where
            former.account_id = day.account_id
            and former.local_date = any(array[
                {%- for week in range(1, 9) %} day.local_date - {{ 7 * week }}{{ ',' if not loop.last }}{% endfor %}
            ])
    ) as habit
    where
        day.is_over
        and habit.days >= 4
        and day.actual_seconds < habit.seconds / 2
        and habit.seconds - day.actual_seconds >= 3600
),

no_project as (
    select
        day.account_id,
        'no_project' as kind,
        day.local_date,
        '' as item,
        sum(day.recorded_seconds) as seconds,
        sum(day.entries) as other_seconds,
        null::text as subject,
        null::text as other,
        'toggl_track' as source
    from {{ ref('fct_day_project') }} as day
    where day.project_name is null and day.entries > 0
    group by day.account_id, day.local_date
),

unusual_no_project as (
    select no_project.*
    from no_project
    cross join lateral (
        select sum(beside.recorded_seconds) filter (where beside.project_name is null) * 2 < sum(beside.recorded_seconds) as has_projects
        from {{ ref('fct_day_project') }} as beside
        where
            beside.account_id = no_project.account_id
            and beside.local_date = any(array[
                {%- for week in range(-4, 5) %} no_project.local_date - {{ 7 * week }}{{ ',' if not loop.last }}{% endfor %}
            ])
    ) as habit
    where habit.has_projects
),

-- Of the entries that began before, the one that ends last overlaps longest: its end (as a number of 13 digits, so that
-- the latest is also the last in order) and its id in one text. `offset 0` keeps the few entries being looked up by key.
ordered as (
    select
        account_id,
        local_date,
        entry_id,
        starts_at,
        ends_at,
        max((extract(epoch from ends_at)::bigint + 1000000000000)::text || entry_id) over (
            partition by account_id, local_date order by starts_at, ends_at, entry_id
            rows between unbounded preceding and 1 preceding
        ) as former
    from {{ ref('fct_entry_day') }}
),

overlapping as (
    select
        account_id,
        local_date,
        entry_id,
        substr(former, 14) as former_id,
        least(extract(epoch from ends_at)::bigint, left(former, 13)::bigint - 1000000000000)
        - extract(epoch from starts_at)::bigint as seconds
    from ordered
),

met as (
    select
        overlapping.account_id,
        overlapping.local_date,
        overlapping.entry_id as item,
        overlapping.seconds,
        {{ entry_title('entry') }} as subject,
        {{ entry_title('former') }} as other,
        entry.source,
        coalesce(
            entry.starts_at = former.starts_at
            and entry.ends_at = former.ends_at
            and entry.description is not distinct from former.description,
            false
        ) as is_duplicate
    from overlapping
    cross join lateral (
        select * from {{ ref('fct_entry') }} as late
        where late.account_id = overlapping.account_id and late.entry_id = overlapping.entry_id
        offset 0
    ) as entry
    cross join lateral (
        select * from {{ ref('fct_entry') }} as early
        where early.account_id = overlapping.account_id and early.entry_id = overlapping.former_id
        offset 0
    ) as former
    where overlapping.seconds >= 60 and greatest(entry.seconds, former.seconds) <= {{ long }}
),

odd_entry as (
    select
        account_id,
        first_date as local_date,
        entry_id as item,
        seconds,
        {{ entry_title('entry') }} as subject,
        source,
        flags || case
            when is_running and seconds > {{ long }} then array['running'] when seconds > {{ long }} then array['long'] else '{}'::text[]
        end as kinds
    from {{ ref('fct_entry') }} as entry
    where is_placed and (seconds > {{ long }} or flags <> '{}')
    union all
    select
        entry.account_id,
        (coalesce(entry.starts_at, entry.ends_at, account.as_of) at time zone account.time_zone)::date as local_date,
        entry.entry_id as item,
        entry.seconds,
        {{ entry_title('entry') }} as subject,
        entry.source,
        entry.flags || case when entry.is_running and entry.seconds > {{ long }} then array['running'] else '{}'::text[] end as kinds
    from {{ ref('fct_entry') }} as entry
    inner join {{ ref('dim_account') }} as account on entry.account_id = account.account_id
    where not entry.is_placed
),

today as (
    select
        account_id,
        (as_of at time zone time_zone)::date as local_date
    from {{ ref('dim_account') }}
),

silent_calendar as (
    select
        today.account_id,
        'calendar' as kind,
        today.local_date,
        calendar.source || '/' || calendar.calendar_id as item,
        use.times as seconds,
        null::bigint as other_seconds,
        calendar.calendar_name as subject,
        use.last_date::text as other,
        calendar.source
    from today
    inner join {{ ref('dim_calendar') }} as calendar on today.account_id = calendar.account_id
    cross join lateral (
        select max(near.first_date) as last_date, count(*) filter (where near.first_date > near.last_date - 56) as times
        from (
            select
                occurrence.first_date,
                max(occurrence.first_date) over () as last_date
            from {{ ref('fct_occurrence') }} as occurrence
            where
                occurrence.account_id = today.account_id
                and occurrence.calendar_id = calendar.calendar_id
                and occurrence.source = calendar.source
                and occurrence.first_date > today.local_date - 236
        ) as near
    ) as use
    where use.times >= 8 and use.last_date between today.local_date - 180 and today.local_date - 28
),

connection as (
    select
        today.account_id,
        case when connection.status = 'needs_user' then 'needs_user' else 'stale' end as kind,
        today.local_date,
        connection.connection_id::text as item,
        extract(epoch from now() - connection.last_success_at)::bigint as seconds,
        null::bigint as other_seconds,
        connection.name as subject,
        connection.problem as other,
        connection.source
    from today
    inner join {{ ref('dim_connection') }} as connection on today.account_id = connection.account_id
    where connection.status = 'needs_user' or {{ is_stale_connection('connection') }}
),

finding as (
    select * from untracked
    union all
    select * from unusual_no_project
    union all
    select
        account_id,
        case when is_duplicate then 'duplicate' else 'overlap' end as kind,
        local_date,
        item,
        seconds,
        null as other_seconds,
        subject,
        other,
        source
    from met
    union all
    select
        odd_entry.account_id,
        odd.kind,
        odd_entry.local_date,
        odd_entry.item,
        odd_entry.seconds,
        null as other_seconds,
        odd_entry.subject,
        null as other,
        odd_entry.source
    from odd_entry
    cross join lateral unnest(odd_entry.kinds) as odd (kind)
    where odd.kind <> 'over_24_hours'
    union all
    select * from silent_calendar
    union all
    select * from connection
)

select
    finding.account_id,
    concat_ws(':', finding.kind, finding.local_date, finding.item) as finding_id,
    finding.kind,
    {{ finding_severity('finding.kind') }} as severity,
    finding.local_date,
    {{ week_start('finding.local_date') }} as week_start,
    case when finding.kind not in ('calendar', 'no_start', 'no_stop') then finding.seconds end as seconds,
    finding.subject,
    {{ finding_message('en') }} as message_en,
    {{ finding_message('ja') }} as message_ja,
    {{ finding_remedy('en') }} as remedy_en,
    {{ finding_remedy('ja') }} as remedy_ja,
    case
        when finding.kind in ('stale', 'needs_user') then '/data'
        when finding.source = 'google_calendar' then 'https://calendar.google.com/calendar/r'
        when finding.source = 'toggl_track' then 'https://track.toggl.com/timer'
        else '/data'
    end as link
from finding
