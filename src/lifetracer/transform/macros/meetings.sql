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
    from {{ found }} as found
    cross join lateral (
        select one.account_id, one.ical_uid, one.meeting_start
        from {{ ref('all_copies') }} as one
        where one.account_id = found.account_id and one.occurrence_id = found.occurrence_id
        offset 0
    ) as copy
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
    from ({{ one_copy_each(
        "select one.* from " ~ ref('stale_occurrence') ~ " as stale cross join lateral (select copy.* from "
        ~ ref('all_copies') ~ " as copy where copy.account_id = stale.account_id and copy.occurrence_id = stale.occurrence_id "
        ~ "offset 0) as one where " ~ in_scope('stale')
    ) }}) as placed
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
        from {{ this }} as kept
        left join {{ ref('title_category') }} as meant
            on kept.account_id = meant.account_id and kept.title_key = meant.title_key
        where {{ in_scope('kept') }} and kept.title_category_id is distinct from meant.category_id
    ),

    {{ with_their_copies('found') }}

    insert into {{ ref('stale_occurrence') }} (account_id, occurrence_id)
    select account_id, occurrence_id from found_or_copy
    on conflict do nothing
    {%- endif -%}
{%- endmacro %}
