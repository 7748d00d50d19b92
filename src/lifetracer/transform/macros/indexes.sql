{#
    dbt gives a table its indexes when it is new, and never looks again. A warehouse that an older version made may lack
    some, and have unique ones that today's rows break. Partial indexes have names and are left alone (`partial_index`).
#}
{% macro index_differences() -%}
    with wished as (
        select
            coalesce(one.value -> 'unique', 'false')::boolean as is_unique,
            array(select jsonb_array_elements_text(one.value -> 'columns')) as columns
        from jsonb_array_elements('{{ tojson(config.get("indexes", default=[])) }}') as one (value)
    ),

    found as (
        select
            index.indexrelid,
            index.indisunique as is_unique,
            array(
                select a.attname::text
                from unnest(index.indkey::int2[]) with ordinality as key (number, place)
                inner join pg_catalog.pg_attribute as a on a.attrelid = index.indrelid and a.attnum = key.number
                order by key.place
            ) as columns
        from pg_catalog.pg_index as index
        where index.indrelid = to_regclass('{{ this }}') and index.indpred is null and index.indexprs is null
    )
{%- endmacro %}

{# Before a full run, and in its transaction, as no reader may see a table half made: drop what the model does not name. #}
{% macro drop_other_indexes() -%}
    do $$
    declare
        other regclass;
    begin
        for other in
            {{ index_differences() }}
            select found.indexrelid from found where (found.is_unique, found.columns) not in (select * from wished)
        loop
            execute format('drop index %s', other);
        end loop;
    end
    $$
{%- endmacro %}

{# After it: make those that are missing. #}
{% macro make_missing_indexes() -%}
    do $$
    declare
        missing record;
    begin
        for missing in
            {{ index_differences() }}
            select * from wished where (wished.is_unique, wished.columns) not in (select is_unique, columns from found)
        loop
            execute format(
                'create %s index on {{ this }} (%s)',
                case when missing.is_unique then 'unique' else '' end,
                (select string_agg(quote_ident(name), ', ' order by place)
                from unnest(missing.columns) with ordinality as one (name, place))
            );
        end loop;
    end
    $$
{%- endmacro %}
