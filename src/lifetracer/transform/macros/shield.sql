{#
    What a full run sees to when a table is filled: the indexes that are missing; row security, set when the table is
    new and left alone afterwards (altering it takes a lock that would make readers wait).
#}
{% macro shield(table) -%}
    {%- if not only_changes() -%}
    {{ make_missing_indexes() }};
    {%- set readable = not model.config.get('meta', {}).get('internal', false) -%}
    do $$
    begin
        if not (select relrowsecurity from pg_catalog.pg_class where oid = '{{ table }}'::regclass) then
            alter table {{ table }} enable row level security;
            {%- if readable %}
            create policy own on {{ table }} for select to lifetracer_app, lifetracer_reader, authenticated
            using (account_id = (select app.current_account_id()));
            {%- endif %}
        end if;
        {%- if readable %}
        if not pg_catalog.has_table_privilege('lifetracer_reader', '{{ table }}', 'select') then
            grant select on {{ table }} to lifetracer_app, lifetracer_reader, authenticated;
        end if;
        {%- endif %}
        -- a large table knows itself well enough: the autovacuum sees to it
        if (select reltuples < 1000000 from pg_catalog.pg_class where oid = '{{ table }}'::regclass) then
            analyze {{ table }};
        end if;
    end
    $$
    {%- endif -%}
{%- endmacro %}
