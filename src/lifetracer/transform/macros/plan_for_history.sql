{#
    Full runs join by hash, never row by row: right after a first sync the database has no statistics, believes the
    tables empty, and would loop over them for hours. Compiling such statements (jit) costs more than running them.
    Usual runs look up what changed, and are written so that an index serves.
#}
{% macro plan_for_history() -%}
    {%- if not only_changes() -%}
    select set_config('jit', 'off', true), set_config('enable_nestloop', 'off', true)
    {%- endif -%}
{%- endmacro %}
