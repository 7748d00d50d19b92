select
    'google_calendar' as source,
    google.*
from {{ ref('stg_google_calendar__calendars') }} as google
union all
select
    'ical' as source,
    ical.*
from {{ ref('stg_ical__calendars') }} as ical
