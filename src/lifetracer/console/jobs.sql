-- runs --
-- The latest syncs of each connection, the latest first.
select run.connection_id, run.status, run.started_at, run.inserted, run.updated, run.deleted, run.seconds
from app.connection as connection
cross join lateral (
    select
        connection_id, status, started_at, inserted, updated, deleted,
        extract(epoch from finished_at - started_at)::float as seconds
    from ops.sync_run as sync_run
    where sync_run.account_id = connection.account_id and sync_run.connection_id = connection.connection_id
    order by started_at desc
    limit %(most)s
) as run
order by run.started_at desc
