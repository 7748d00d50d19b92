{#
    The columns of a table, so that a full run can add those that newer models have. dbt's own question to the catalogue
    calls every array "ARRAY", which no column can be added as.
#}
{% macro postgres__get_columns_in_relation(relation) -%}
    {%- call statement('columns', fetch_result=True) -%}
        select
            column_name,
            case data_type when 'ARRAY' then substr(udt_name, 2) || '[]' else data_type end as data_type,
            character_maximum_length,
            numeric_precision,
            numeric_scale
        from information_schema.columns
        where
            table_name = '{{ relation.identifier }}'
            {%- if relation.schema %}
            and table_schema = '{{ relation.schema }}'
            {%- endif %}
        order by ordinal_position
    {%- endcall -%}
    {{ return(sql_convert_columns_in_relation(load_result('columns').table)) }}
{%- endmacro %}
