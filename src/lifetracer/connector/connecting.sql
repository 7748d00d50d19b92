-- Queries of connecting.py.

-- every --
-- The connections of an account, the oldest first.
select
    c.connection_id, c.source, c.name, c.status, c.external_user, c.settings, c.problem,
    c.last_success_at, c.last_change_at,
    exists (select from app.credential as k where k.account_id = c.account_id and k.connection_id = c.connection_id) as has_credential
from app.connection as c
where c.account_id = %(account)s
order by c.created_at, c.connection_id

-- lock --
-- One change of an account's connections at a time.
select pg_advisory_xact_lock(hashtextextended('connections ' || %(account)s::text, 0))

-- make --
insert into app.connection (account_id, source, name, settings, external_user)
values (%(account)s, %(source)s, %(name)s, %(settings)s, %(user)s)
returning connection_id

-- renew --
-- The same person again: a fresh credential wakes the connection.
update app.connection set
    status = 'active', problem = null,
    settings = settings || %(settings)s::jsonb,
    external_user = coalesce(external_user, %(user)s)
where account_id = %(account)s and connection_id = %(connection)s

-- pause --
update app.connection set status = 'paused', problem = null
where account_id = %(account)s and connection_id = %(connection)s

-- accounts --
select count(*) from app.account

-- delete --
-- Rows, cursors and quotas go with the connection.
delete from app.connection where account_id = %(account)s and connection_id = %(connection)s

-- delete_revisions --
-- Former versions of the rows of one raw table that belong to a connection.
delete from raw.revision as r
using raw.{table} as t
where t.account_id = %(account)s and t.connection_id = %(connection)s
    and r.account_id = t.account_id and r.stream = %(stream)s and r.source_id = t.source_id
