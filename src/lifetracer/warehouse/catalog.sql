-- Queries of catalog.py.

-- columns --
-- Of the raw tables of streams, which all have one shape, only the first is kept, under one name.
with relation as (
    select
        c.oid,
        n.nspname::text as table_schema,
        case when n.nspname = 'raw' and c.relname like '%%\_\_%%' then %(raw_table)s else c.relname::text end as table_name,
        obj_description(c.oid, 'pg_class') as table_comment
    from pg_catalog.pg_class as c
    join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
    where n.nspname = any(%(schemas)s) and c.relkind in ('r', 'p', 'v', 'm')
), kept as (
    select distinct on (table_schema, table_name) * from relation order by table_schema, table_name, oid
)
select
    k.table_schema,
    k.table_name,
    k.table_comment,
    a.attname::text as column_name,
    format_type(a.atttypid, a.atttypmod) as data_type,
    not a.attnotnull as is_nullable,
    col_description(k.oid, a.attnum) as column_comment
from kept as k
join pg_catalog.pg_attribute as a on a.attrelid = k.oid and a.attnum > 0 and not a.attisdropped
order by k.table_schema, k.table_name, a.attnum
