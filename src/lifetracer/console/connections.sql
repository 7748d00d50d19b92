-- Queries of connections.py, in the visitor's own transaction.

-- quotas --
select connection_id, bucket, total, remaining, resets_at from ops.quota order by bucket

-- set_status --
update app.connection set status = %(status)s
where connection_id = %(connection_id)s and status in ('active', 'paused')

-- set_calendars --
update app.connection set settings = settings
    || jsonb_build_object('calendar_ids', to_jsonb(%(calendar_ids)s::text[]), 'calendars_off', to_jsonb(%(calendars_off)s::text[]))
where connection_id = %(connection_id)s
