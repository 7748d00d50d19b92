-- Everything that was planned, each copy of a meeting by itself: occurrences with title and details.
select
    occurrence.account_id,
    occurrence.occurrence_id,
    occurrence.source,
    occurrence.calendar_id,
    occurrence.series_id,
    event.ical_uid,
    {{ meeting_start('occurrence.original_start') }} as meeting_start,
    coalesce(calendar.is_primary, false) as is_on_primary,
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
    greatest(event.synced_at, calendar.synced_at) as synced_at
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
