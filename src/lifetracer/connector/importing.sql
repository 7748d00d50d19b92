-- connection --
-- The connection that files of a source belong to, made by the first import.
insert into app.connection as c (account_id, source, name, settings)
values (%(account)s, %(source)s, 'files', '{"files": true}')
on conflict (account_id, source, name) do update set name = excluded.name
returning connection_id

-- begin --
insert into ops.sync_run (account_id, connection_id, source, details)
values (%(account)s, %(connection)s, %(source)s, %(details)s)
returning run_id

-- count --
update ops.sync_run set
    items = items + %(items)s, inserted = inserted + %(inserted)s, updated = updated + %(updated)s,
    deleted = deleted + %(deleted)s, mended = mended + %(mended)s
where account_id = %(account)s and run_id = %(run)s

-- end --
update ops.sync_run set finished_at = now(), status = %(status)s
where account_id = %(account)s and run_id = %(run)s

-- touch --
update app.connection set
    last_success_at = now(),
    last_change_at = case when %(changed)s then now() else last_change_at end
where account_id = %(account)s and connection_id = %(connection)s

-- stored --
-- Those of these entries that are stored.
select source_id, data from raw.toggl_csv__time_entries
where account_id = %(account)s and source_id = any(%(ids)s) and deleted_at is null
