{#
    Text → value, without ever raising: what cannot be read is null. Services and files hold 31 February and worse,
    and one such row must not stop everybody's build. (pg_input_is_valid needs PostgreSQL 16.)
#}

{# An RFC 3339 instant with its offset. A time without an offset is no instant. Cut to whole seconds. #}
{% macro instant(text) -%}
    case
        when {{ text }} ~ '^(1\d|2\d|3\d)\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])[T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?([Zz]|[+-](0\d|1[0-4])(:?[0-5]\d)?)$'
        then case
            when {{ day_exists(text) }} then date_trunc('second', ({{ text }})::timestamptz)
        end
    end
{%- endmacro %}

{# An ISO date. #}
{% macro calendar_date(text) -%}
    case
        when {{ text }} ~ '^(1\d|2\d|3\d)\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$'
        then case when {{ day_exists(text) }} then ({{ text }})::date end
    end
{%- endmacro %}

{# Whether the month of YYYY-MM-DD… has that day; the shape was checked before. #}
{% macro day_exists(text) -%}
    substr({{ text }}, 9, 2)::int <= extract(
        day from make_date(substr({{ text }}, 1, 4)::int, substr({{ text }}, 6, 2)::int, 1) + interval '1 month - 1 day'
    )
{%- endmacro %}

{# A JSON number, cut to whole seconds and to what an integer holds. #}
{% macro whole_seconds(data, key) -%}
    case
        when jsonb_typeof({{ data }} -> '{{ key }}') = 'number'
        then greatest(least(trunc(({{ data }} ->> '{{ key }}')::numeric), 2147483647), -2147483648)::int
    end
{%- endmacro %}

{# A JSON number as an amount of money; nothing and less than nothing is null (a service writes 0 for "no rate"). #}
{% macro amount(data, key) -%}
    case
        when jsonb_typeof({{ data }} -> '{{ key }}') = 'number'
        then case
            when ({{ data }} ->> '{{ key }}')::numeric > 0 and ({{ data }} ->> '{{ key }}')::numeric < 10000000000
            then round(({{ data }} ->> '{{ key }}')::numeric, 2)
        end
    end
{%- endmacro %}

{# A JSON list of texts as an array; null and anything else is the empty array. #}
{% macro texts(data, key) -%}
    case
        when jsonb_typeof({{ data }} -> '{{ key }}') = 'array'
        then array(select jsonb_array_elements_text({{ data }} -> '{{ key }}'))
        else '{}'::text[]
    end
{%- endmacro %}

{# A JSON boolean; anything else is null. #}
{% macro truth(data, key) -%}
    case when jsonb_typeof({{ data }} -> '{{ key }}') = 'boolean' then ({{ data }} ->> '{{ key }}')::boolean end
{%- endmacro %}
