-- The merge point of calendar sources: a new one adds a branch here and in all_calendars.
select
    'google_calendar' as source,
    google.*
from {{ ref('stg_google_calendar__events') }} as google
union all
select
    'ical' as source,
    ical.*
from {{ ref('stg_ical__events') }} as ical
