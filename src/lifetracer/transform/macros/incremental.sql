{#
    How tables of core are written. The first run does what dbt does: make the table, its indexes and descriptions. Later
    runs remove and insert in one transaction, without a temporary table (dbt would write everything twice, and ask the
    catalogue a dozen times, which takes more time than a usual run's work itself).

    A full run also sees to indexes, descriptions and row security; where newer models have columns that the table lacks,
    it is dbt that adds them. A usual run takes two or three round trips and has no look at the catalogue. It reads by
    index wherever there is one: what is stale is little, but the planner, who cannot know that, would rather read a table
    whole. The columns are those that the model's YAML describes; a test compares them with the table's.
#}
{% materialization incremental, adapter='postgres' -%}
    {%- set usual = only_changes() -%}
    {%- if not usual -%}
        {%- call statement('drop_other_indexes') -%} {{ drop_other_indexes() }} {%- endcall -%}
        {%- if not (is_incremental() and has_described_columns()) -%}
            {{ return(dbt.materialization_incremental_default()) }}
        {%- endif -%}
    {%- endif -%}
    {%- set columns = model.columns.keys() | map('tojson') | join(', ') -%}
    {%- set before = [] -%}
    {%- for hook in pre_hooks -%}
        {%- set statement = render(hook.get('sql')) | trim -%}
        {%- if statement -%} {%- do before.append(statement) -%} {%- endif -%}
    {%- endfor -%}
    {%- call statement('main') -%}
        {%- if usual %}
        set local jit = off;
        set local enable_seqscan = off;
        {%- endif %}
        {% for statement in before -%}
        {{ statement }};
        {% endfor -%}
        insert into {{ this }} ({{ columns }})
        select {{ columns }}
        from (
            {{ sql }}
        ) as made
    {%- endcall -%}
    {%- do persist_docs(this.incorporate(type='table'), model) -%}
    {{ run_hooks(post_hooks) }}
    {%- do adapter.commit() -%}
    {{ return({'relations': [this]}) }}
{%- endmaterialization %}

{# Whether the table has every column that this version of its model makes. #}
{% macro has_described_columns() -%}
    {%- set found = adapter.get_columns_in_relation(this) | map(attribute='name') | list -%}
    {{ return(model.columns.keys() | reject('in', found) | list | length == 0) }}
{%- endmacro %}
