{#
    Statements that read an account's whole history join by hash, never row by row: right after a first sync the
    database has no statistics, believes the tables empty, and would loop over them for hours.
    Models with meta: {by_day: true} read few days of a long history in a usual run; there an index serves.
    Compiling these statements (jit) costs more than running them.
#}
{% macro plan_for_history() -%}
    select
        set_config('jit', 'off', true)
        {%- if var('full', false) or not model.config.get('meta', {}).get('by_day', false) -%}
        , set_config('enable_nestloop', 'off', true)
        {%- endif -%}
{%- endmacro %}
