{#
    The local day: from the first instant whose wall clock shows the date, to that of the next date.

    Clocks that go back over midnight (Havana) show 00:00 twice; the day begins at the first.
    Clocks that jump over midnight (Beirut) never show 00:00; PostgreSQL gives the instant of the jump.
#}
{% macro day_start(date, zone) -%}
    case
        when ((({{ date }})::timestamp at time zone {{ zone }}) - interval '1 hour') at time zone {{ zone }} >= ({{ date }})::timestamp
        then (({{ date }})::timestamp at time zone {{ zone }}) - interval '1 hour'
        else ({{ date }})::timestamp at time zone {{ zone }}
    end
{%- endmacro %}

{# Monday of the date's week (ISO). #}
{% macro week_start(date) -%}
    {{ date }} - (extract(isodow from {{ date }})::int - 1)
{%- endmacro %}

{# First of the date's month. #}
{% macro month_start(date) -%}
    {{ date }} - (extract(day from {{ date }})::int - 1)
{%- endmacro %}

{# Length of [from, to) in seconds. #}
{% macro seconds_between(from, to) -%}
    extract(epoch from {{ to }} - {{ from }})::int
{%- endmacro %}

{# What the wall clock shows, in seconds after 00:00 of the date. #}
{% macro wall_second(instant, date, zone) -%}
    extract(epoch from ({{ instant }} at time zone {{ zone }}) - ({{ date }})::timestamp)::int
{%- endmacro %}

{#
    Where a stretch [starts_at, ends_at) of one local day is drawn: start_second and end_second on the wall clock.
    Where the clock was put back inside it, the end would lie before the start; then its true length is drawn.
#}
{% macro drawn_seconds() -%}
    greatest(0, {{ wall_second('starts_at', 'local_date', 'time_zone') }}) as start_second,
    least(
        86400,
        case
            when {{ wall_second('ends_at', 'local_date', 'time_zone') }} > {{ wall_second('starts_at', 'local_date', 'time_zone') }}
            then {{ wall_second('ends_at', 'local_date', 'time_zone') }}
            else {{ wall_second('starts_at', 'local_date', 'time_zone') }} + {{ seconds_between('starts_at', 'ends_at') }}
        end
    ) as end_second
{%- endmacro %}
