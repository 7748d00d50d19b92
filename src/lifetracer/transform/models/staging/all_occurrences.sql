-- The merge point of everything that was planned. One meeting that lies on several calendars counts once:
-- same iCalUID and same original start; the copy that carries one's own answer speaks, then the primary calendar's.
with told as (
    select
        occurrence.account_id,
        occurrence.occurrence_id,
        occurrence.source,
        occurrence.calendar_id,
        occurrence.series_id,
        coalesce(calendar.calendar_name, occurrence.calendar_id) as calendar_name,
        calendar.calendar_color,
        event.title,
        event.location,
        event.response,
        event.event_type,
        event.is_own_plan,
        event.transparency <> 'transparent'
        and event.response is distinct from 'declined'
        and event.event_type not in ('workingLocation', 'birthday') as is_busy,
        date_trunc('second', occurrence.starts_at) as starts_at,
        date_trunc('second', occurrence.ends_at) as ends_at,
        occurrence.starts_on,
        occurrence.ends_on,
        greatest(event.synced_at, calendar.synced_at) as synced_at,
        row_number() over (
            partition by
                occurrence.account_id,
                coalesce(event.ical_uid, occurrence.occurrence_id),
                coalesce(({{ instant('occurrence.original_start') }})::text, occurrence.original_start)
            order by
                event.response is not null desc,
                coalesce(calendar.is_primary, false) desc,
                occurrence.source,
                occurrence.calendar_id,
                occurrence.occurrence_id
        ) as copy
    from {{ source('raw', 'occurrence') }} as occurrence
    inner join {{ ref('all_events') }} as event
        on occurrence.account_id = event.account_id
        and occurrence.source = event.source
        and occurrence.content_id = event.event_id
    left join {{ ref('all_calendars') }} as calendar
        on occurrence.account_id = calendar.account_id
        and occurrence.source = calendar.source
        and occurrence.calendar_id = calendar.calendar_id
    where
        event.status <> 'cancelled'
        -- when somebody else is busy is not one's own plan
        and not coalesce(calendar.is_busy_only, false)
)

select
    account_id,
    occurrence_id,
    source,
    calendar_id,
    series_id,
    calendar_name,
    calendar_color,
    title,
    location,
    response,
    event_type,
    is_own_plan,
    is_busy,
    starts_at,
    ends_at,
    starts_on,
    ends_on,
    synced_at
from told
where copy = 1
