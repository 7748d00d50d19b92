{#
    How tables of core are written. Full runs do what dbt does: make the table when it is missing, add columns, set
    indexes, descriptions, row security. A usual run only removes and inserts: one transaction of two or three round
    trips, no temporary table, no look at the catalogue (dbt's own way takes a dozen, more time than the work itself).
    It reads by index wherever there is one: what is stale is little, but the planner, who cannot know that, would
    rather read a table whole. The columns are those that the model's YAML describes; a test compares them with the table's.
#}
{% materialization incremental, adapter='postgres' -%}
    {%- if not only_changes() -%}
        {%- call statement('drop_other_indexes') -%} {{ drop_other_indexes() }} {%- endcall -%}
        {{ return(dbt.materialization_incremental_default()) }}
    {%- endif -%}
    {%- set columns = model.columns.keys() | map('tojson') | join(', ') -%}
    {%- set before = [] -%}
    {%- for hook in pre_hooks -%}
        {%- set statement = render(hook.get('sql')) | trim -%}
        {%- if statement -%} {%- do before.append(statement) -%} {%- endif -%}
    {%- endfor -%}
    {%- call statement('main') -%}
        set local jit = off;
        set local enable_seqscan = off;
        {% for statement in before -%}
        {{ statement }};
        {% endfor -%}
        insert into {{ this }} ({{ columns }})
        select {{ columns }}
        from (
            {{ sql }}
        ) as made
    {%- endcall -%}
    {{ run_hooks(post_hooks) }}
    {%- do adapter.commit() -%}
    {{ return({'relations': [this]}) }}
{%- endmaterialization %}
