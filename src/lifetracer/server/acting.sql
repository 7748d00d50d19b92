-- Queries of acting.py.

-- seize --
-- Whether nobody else is answering a request of this key.
select pg_try_advisory_xact_lock(hashtextextended('idempotency ' || app.current_account_id() || ' ' || %(key)s, 0))

-- outdated --
delete from ops.idempotency where key = %(key)s and created_at < now() - interval '24 hours'

-- former --
select request_hash, status, headers, body from ops.idempotency where key = %(key)s

-- remember --
insert into ops.idempotency (account_id, key, request_hash, status, headers, body)
values (app.current_account_id(), %(key)s, %(request_hash)s, %(status)s, %(headers)s, %(body)s)

-- forget --
-- Answers of yesterday, of everybody (the owner's transaction).
delete from ops.idempotency where created_at < now() - interval '24 hours'
