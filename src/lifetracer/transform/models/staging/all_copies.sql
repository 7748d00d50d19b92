-- Everything that was planned, each copy of a meeting by itself: occurrences with title and details.
{{ copy_columns() }}
from {{ source('raw', 'occurrence') }} as occurrence
inner join {{ ref('all_events') }} as event
    on occurrence.account_id = event.account_id
    and occurrence.source = event.source
    and occurrence.content_id = event.event_id
left join {{ ref('all_calendars') }} as calendar
    on occurrence.account_id = calendar.account_id
    and occurrence.source = calendar.source
    and occurrence.calendar_id = calendar.calendar_id
where {{ is_plan() }}
