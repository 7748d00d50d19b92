{# Google's calendars and events; iCal is translated into the same shapes. #}

{% macro calendar_columns(table) -%}
with source as (
    select * from {{ table }} where deleted_at is null
),

renamed as (
    select
        account_id,
        source_id as calendar_id,
        coalesce(nullif(btrim(data ->> 'summaryOverride'), ''), nullif(btrim(data ->> 'summary'), ''), source_id) as calendar_name,
        {{ hex_color("data ->> 'backgroundColor'") }} as calendar_color,
        data ->> 'timeZone' as time_zone,
        coalesce({{ truth('data', 'primary') }}, false) as is_primary,
        (data ->> 'accessRole') is not distinct from 'freeBusyReader' as is_busy_only,
        synced_at
    from source
)

select * from renamed
{%- endmacro %}

{# Absent means default: status confirmed, transparency opaque, event type default (APIS.md D.6). #}
{% macro event_columns(table) -%}
with source as (
    select * from {{ table }} where deleted_at is null
),

renamed as (
    select
        account_id,
        source_id as event_id,
        data ->> 'recurringEventId' as recurring_event_id,
        nullif(data ->> 'iCalUID', '') as ical_uid,

        nullif(btrim(data ->> 'summary'), '') as title,
        nullif(btrim(data ->> 'location'), '') as location,
        coalesce(data ->> 'status', 'confirmed') as status,
        coalesce(data ->> 'transparency', 'opaque') as transparency,
        coalesce(data ->> 'eventType', 'default') as event_type,
        jsonb_path_query_first(data, '$.attendees[*] ? (@.self == true).responseStatus') #>> '{}' as response,

        (data #>> '{extendedProperties,private,app}') is not distinct from 'lifetracer' as is_own_plan,
        case when (data #>> '{extendedProperties,private,app}') = 'lifetracer' then data #>> '{extendedProperties,private,category}' end as own_category_id,
        synced_at
    from source
)

select * from renamed
{%- endmacro %}
