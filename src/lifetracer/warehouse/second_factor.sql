-- Queries of second_factor.py; only the owner's role may run those that read a secret.

-- start --
update app.person set totp_secret = %(secret)s, totp_since = now(), totp_step = %(step)s where account_id = %(account)s

-- secret --
select totp_secret, totp_step from app.person where account_id = %(account)s and totp_since is not null for update

-- step --
update app.person set totp_step = %(step)s where account_id = %(account)s and totp_step < %(step)s

-- stop --
update app.person set totp_secret = null, totp_since = null where account_id = %(account)s

-- keep_code --
insert into app.recovery_code (account_id, code_hash) values (%(account)s, %(hash)s)

-- use_code --
update app.recovery_code set used_at = now()
where account_id = %(account)s and code_hash = %(hash)s and used_at is null

-- forget_codes --
delete from app.recovery_code where account_id = %(account)s

-- codes_left --
select count(*) from app.recovery_code where used_at is null
