{# Descriptions go into the database with a full run; they do not change between. #}
{% macro postgres__persist_docs(relation, model, for_relation, for_columns) -%}
    {%- if var('full', false) -%}
        {{ default__persist_docs(relation, model, for_relation, for_columns) }}
    {%- endif -%}
{%- endmacro %}
