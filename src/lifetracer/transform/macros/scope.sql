{# The rows that this run is about: one account's, or everybody's. #}
{% macro in_scope(alias) -%}
    {%- if var('account_id', '') -%} {{ alias }}.account_id = '{{ var("account_id") }}'::uuid {%- else -%} true {%- endif -%}
{%- endmacro %}

{# The present, the same for every model of a run, in whole seconds. #}
{% macro as_of() -%}
    date_trunc('second', '{{ var("as_of", "now") }}'::timestamptz)
{%- endmacro %}

{# Whether only what changed is made: the table is there (in unit tests it is none) and nobody asked for everything. #}
{% macro only_changes() -%}
    {{ return(this is not none and is_incremental() and not var('full', false)) }}
{%- endmacro %}

