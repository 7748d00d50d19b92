-- Queries of the routes.

-- remove_schedule --
delete from app.schedule where schedule_id = %(schedule_id)s

-- set_status --
-- One that has no credential any more, or needs the person, is not woken by a wish.
update app.connection set status = %(status)s
where connection_id = %(connection_id)s and status in ('active', 'paused')

-- quotas --
select connection_id, bucket, total, remaining, resets_at, observed_at from ops.quota order by bucket

-- rename --
update app.account set name = %(name)s where account_id = %(account_id)s

-- as_of --
select as_of from core.dim_account where account_id = %(account_id)s

-- marts --
-- Everything that is shown, with its columns in order; a mart's day is its first column of type date.
select
    c.relname::text as name,
    coalesce(obj_description(c.oid, 'pg_class'), '') as description,
    jsonb_agg(
        jsonb_build_object(
            'name', a.attname,
            'type', format_type(a.atttypid, a.atttypmod),
            'description', coalesce(col_description(c.oid, a.attnum), '')
        ) order by a.attnum
    ) as columns
from pg_catalog.pg_class as c
inner join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
inner join pg_catalog.pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where n.nspname = 'marts' and c.relkind in ('r', 'p', 'v', 'm') and has_table_privilege(c.oid, 'select')
group by c.oid, c.relname
order by c.relname

-- is_transformed --
select coalesce(has_table_privilege(to_regclass('core.dim_account'), 'select'), false)
