{#
    Compiling statements (jit) costs more than running them. A full run joins by hash, never row by row: right after a
    first sync the database has no statistics, believes the tables empty, and would loop over them for hours. A usual
    run looks up what changed, row by row, and is written so that an index serves.
#}
{% macro plan_for_history() -%}
    select
        set_config('jit', 'off', true)
        {%- if var('full', false) or not is_incremental() -%}
        , set_config('enable_nestloop', 'off', true)
        {%- endif -%}
{%- endmacro %}
