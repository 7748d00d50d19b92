{#
    How views are written: replaced in place, in one transaction, so that what others built on them stays. dbt's own way
    makes another view, renames both and drops the old one with all that hangs on it. Only where a newer model lost,
    renamed or retyped a column, which PostgreSQL does not replace, the old view goes.
#}
{% materialization view, adapter='postgres' -%}
    {%- set target_relation = this.incorporate(type='view') -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- if existing is not none and not existing.is_view -%}
        {{ return(dbt.materialization_view_default()) }}
    {%- endif -%}
    {{ run_hooks(pre_hooks) }}
    {%- if config.get('contract').enforced -%} {%- do get_assert_columns_equivalent(sql) -%} {%- endif -%}
    {%- call statement('main') -%}
        {%- if existing is none -%}
        create view {{ target_relation }} as
        {{ sql }}
        {%- else -%}
        do $view$
        begin
            create or replace view {{ target_relation }} as
            {{ sql }};
        exception when invalid_table_definition then
            drop view {{ target_relation }} cascade;
            create view {{ target_relation }} as
            {{ sql }};
        end
        $view$
        {%- endif -%}
    {%- endcall -%}
    {%- do persist_docs(target_relation, model) -%}
    {{ run_hooks(post_hooks) }}
    {%- do adapter.commit() -%}
    {{ return({'relations': [target_relation]}) }}
{%- endmaterialization %}
