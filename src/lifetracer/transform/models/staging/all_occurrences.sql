-- The merge point of everything that was planned: one copy of each meeting.
select
    account_id,
    occurrence_id,
    source,
    calendar_id,
    series_id,
    ical_uid,
    meeting_start,
    calendar_name,
    calendar_color,
    title,
    location,
    response,
    event_type,
    is_own_plan,
    own_category_id,
    is_busy,
    starts_at,
    ends_at,
    starts_on,
    ends_on,
    synced_at
from ({{ one_copy_each("select * from " ~ ref('all_copies')) }}) as told
where place = 1
