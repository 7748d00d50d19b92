{# What is told of each copy of a meeting, from an occurrence, its event and its calendar. #}
{% macro copy_columns() -%}
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
    event.own_category_id,
    event.transparency <> 'transparent'
    and event.response is distinct from 'declined'
    and event.event_type not in ('workingLocation', 'birthday') as is_busy,
    date_trunc('second', occurrence.starts_at) as starts_at,
    date_trunc('second', occurrence.ends_at) as ends_at,
    occurrence.starts_on,
    occurrence.ends_on,
    greatest(event.synced_at, calendar.synced_at) as synced_at
{%- endmacro %}

{# Whether it is told at all: neither cancelled, nor on a calendar that shows only when somebody else is busy. #}
{% macro is_plan() -%}
    event.status <> 'cancelled' and not coalesce(calendar.is_busy_only, false)
{%- endmacro %}

{# The rows of all_copies for the listed (account_id, occurrence_id), each looked up by itself. #}
{% macro copies_of(list) -%}
    {{ copy_columns() }}
    from {{ list }} as listed
    cross join lateral (
        select told.*
        from {{ source('raw', 'occurrence') }} as told
        where told.account_id = listed.account_id and told.occurrence_id = listed.occurrence_id
        offset 0
    ) as occurrence
    cross join lateral (
        select one.*
        from {{ ref('all_events') }} as one
        where one.account_id = occurrence.account_id and one.source = occurrence.source and one.event_id = occurrence.content_id
        offset 0
    ) as event
    left join lateral (
        select one.*
        from {{ ref('all_calendars') }} as one
        where one.account_id = occurrence.account_id and one.source = occurrence.source and one.calendar_id = occurrence.calendar_id
        offset 0
    ) as calendar on true
    where {{ is_plan() }} and {{ in_scope('listed') }}
{%- endmacro %}

{#
    One meeting that lies on several calendars counts once: same iCalUID and same original start. The copy that
    carries one's own answer speaks, then the primary calendar's.
#}
{% macro one_copy_each(copies) -%}
    select
        copy.*,
        row_number() over (
            partition by copy.account_id, coalesce(copy.ical_uid, copy.occurrence_id), copy.meeting_start
            order by
                copy.response is not null desc,
                copy.is_on_primary desc,
                copy.source,
                copy.calendar_id,
                copy.occurrence_id
        ) as place
    from ({{ copies }}) as copy
{%- endmacro %}

{# When a meeting was to begin before anybody moved it, the same text on all its calendars whatever their zones. #}
{% macro meeting_start(original_start) -%}
    coalesce(extract(epoch from {{ instant(original_start) }})::text, {{ original_start }})
{%- endmacro %}

{#
    CTEs that end in `found_or_copy`: the occurrences of the CTE `found`, and every copy of their meetings, as these
    are now and as they were when fct_occurrence was made.
#}
{% macro with_their_copies(found) -%}
meeting as (
    select copy.account_id, copy.ical_uid, copy.meeting_start
    from ({{ copies_of(found) }}) as copy
    where copy.ical_uid is not null
    union
    select copy.account_id, copy.ical_uid, copy.meeting_start
    from {{ found }} as found
    cross join lateral (
        select kept.account_id, kept.ical_uid, kept.meeting_start
        from {{ former('fct_occurrence') }} as kept
        where kept.account_id = found.account_id and kept.occurrence_id = found.occurrence_id
        offset 0
    ) as copy
    where copy.ical_uid is not null
),

shared as (
    select distinct event.account_id, event.source, event.event_id, event.ical_uid
    from (select distinct account_id, ical_uid from meeting) as uid
    cross join lateral (
        select one.account_id, one.source, one.event_id, one.ical_uid
        from {{ ref('all_events') }} as one
        where one.account_id = uid.account_id and one.ical_uid = uid.ical_uid
        offset 0
    ) as event
),

copy as materialized (
    select occurrence.account_id, occurrence.occurrence_id, shared.ical_uid, {{ meeting_start('occurrence.original_start') }} as meeting_start
    from shared
    cross join lateral (
        select told.account_id, told.occurrence_id, told.original_start
        from {{ source('raw', 'occurrence') }} as told
        where told.account_id = shared.account_id and told.content_id = shared.event_id and told.source = shared.source
        offset 0
    ) as occurrence
),

found_or_copy as (
    select account_id, occurrence_id from {{ found }}
    union
    select copy.account_id, copy.occurrence_id
    from copy
    inner join meeting
        on copy.account_id = meeting.account_id
        and copy.ical_uid = meeting.ical_uid
        and copy.meeting_start = meeting.meeting_start
)
{%- endmacro %}

{# The occurrences that this run makes: those listed as stale, or in a full run all. #}
{% macro due_occurrences() -%}
    {%- if only_changes() -%}
    select *
    from ({{ one_copy_each(copies_of(ref('stale_occurrence'))) }}) as placed
    where placed.place = 1
    {%- else -%}
    select * from {{ ref('all_occurrences') }} as told where {{ in_scope('told') }}
    {%- endif -%}
{%- endmacro %}

{# List the occurrences whose title means another category than when they were made, and the copies of their meetings. #}
{% macro list_other_meanings() -%}
    {%- if execute and only_changes() -%}
    with found as (
        select kept.account_id, kept.occurrence_id
        from {{ ref('stale_title') }} as stale
        left join {{ ref('title_category') }} as meant
            on stale.account_id = meant.account_id and stale.title_key = meant.title_key
        cross join lateral (
            select one.account_id, one.occurrence_id, one.title_category_id
            from {{ this }} as one
            where one.account_id = stale.account_id and one.title_key = stale.title_key
            offset 0
        ) as kept
        where {{ in_scope('stale') }} and kept.title_category_id is distinct from meant.category_id
    ),

    {{ with_their_copies('found') }}

    insert into {{ ref('stale_occurrence') }} (account_id, occurrence_id)
    select account_id, occurrence_id from found_or_copy
    on conflict do nothing
    {%- endif -%}
{%- endmacro %}
