{#
    Descriptions go into the database with a full run; they do not change between. They are written in one go: every
    column that a model's YAML describes is there (dbt would ask the catalogue twice for each table).
#}
{% macro postgres__persist_docs(relation, model, for_relation, for_columns) -%}
    {%- if var('full', false) -%}
        {%- call statement('descriptions') -%}
            {{ alter_relation_comment(relation, model.description) }}
            {%- for name, column in model.columns.items() %}
            comment on column {{ relation }}.{{ name }} is {{ postgres_escape_comment(column.description) }};
            {%- endfor -%}
        {%- endcall -%}
    {%- endif -%}
{%- endmacro %}
