-- Queries of hints.py; the owner's.

-- of_connection --
select channel_id, connection_id, source, topic, address, remote_id, opened_at, expires_at, confirmed_at, last_heard_at
from ops.hint_channel
where account_id = %(account)s and connection_id = %(connection)s
order by topic, opened_at

-- known --
select channel_id from ops.hint_channel where source = %(source)s

-- make --
insert into ops.hint_channel (account_id, channel_id, connection_id, source, topic, address, secret)
values (%(account)s, %(channel)s, %(connection)s, %(source)s, %(topic)s, %(address)s, %(secret)s)

-- opened --
update ops.hint_channel set remote_id = %(remote)s, expires_at = %(expires_at)s
where account_id = %(account)s and channel_id = %(channel)s

-- forget --
delete from ops.hint_channel where account_id = %(account)s and channel_id = %(channel)s

-- find --
select account_id, connection_id, source, secret, remote_id, confirmed_at from ops.hint_channel
where channel_id = %(channel)s and source = %(source)s

-- heard --
-- To the second is not needed: a busy calendar need not write at every notice.
update ops.hint_channel set last_heard_at = now(), confirmed_at = coalesce(confirmed_at, now())
where account_id = %(account)s and channel_id = %(channel)s
    and (confirmed_at is null or last_heard_at is null or last_heard_at < now() - interval '10 seconds')

-- lock --
-- One change of a connection's channels at a time.
select pg_advisory_lock(hashtextextended('hints ' || %(connection)s::text, 0))

-- unlock --
select pg_advisory_unlock(hashtextextended('hints ' || %(connection)s::text, 0))
