-- Queries of vault.py; only the owner's role may run them.

-- store --
insert into app.credential (account_id, connection_id, secret)
values (%(account)s, %(connection)s, %(secret)s)
on conflict (account_id, connection_id) do update set secret = excluded.secret, updated_at = now()

-- read --
select secret from app.credential where account_id = %(account)s and connection_id = %(connection)s

-- forget --
delete from app.credential where account_id = %(account)s and connection_id = %(connection)s

-- all --
select account_id, connection_id, secret from app.credential order by account_id, connection_id for update

-- all_channels --
select account_id, channel_id, secret from ops.hint_channel order by account_id, channel_id for update

-- store_channel --
update ops.hint_channel set secret = %(secret)s where account_id = %(account)s and channel_id = %(channel)s

-- all_factors --
select account_id, totp_secret from app.person where totp_secret is not null order by account_id for update

-- store_factor --
update app.person set totp_secret = %(secret)s where account_id = %(account)s

-- all_upstreams --
select session_id, upstream from app.session where upstream is not null order by session_id for update

-- store_upstream --
update app.session set upstream = %(secret)s where session_id = %(session)s
