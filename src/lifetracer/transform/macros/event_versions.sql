{# Every version of an event that was ever stored, from the raw table or from the former rows in raw.revision. #}
{% macro event_versions(source_name, table, condition='true', version='0::bigint', replaced_at='null::timestamptz') -%}
    select
        account_id,
        '{{ source_name }}' as source,
        source_id as event_id,
        nullif(data ->> 'iCalUID', '') as ical_uid,
        nullif(btrim(data ->> 'summary'), '') as title,
        deleted_at is null
        and coalesce(data ->> 'status', 'confirmed') <> 'cancelled'
        and (data ->> 'transparency') is distinct from 'transparent'
        and coalesce(data ->> 'eventType', 'default') not in ('workingLocation', 'birthday')
        and not jsonb_path_exists(data, '$.attendees[*] ? (@.self == true && @.responseStatus == "declined")') as is_busy,
        {{ instant("data ->> 'created'") }} as created_at,
        case when deleted_at is null then {{ instant("data ->> 'updated'") }} end as updated_at,
        {{ version }} as version_id,
        synced_at,
        {{ replaced_at }} as replaced_at
    from {{ table }}
    where {{ condition }}
{%- endmacro %}
