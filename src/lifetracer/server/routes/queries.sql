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

-- is_transformed --
select coalesce(has_table_privilege(to_regclass('core.dim_account'), 'select'), false)
