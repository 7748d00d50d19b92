-- Queries of tokens.py.

-- create --
insert into app.api_token (account_id, name, token_hash, scopes, expires_at)
values (app.current_account_id(), %(name)s, %(token_hash)s, %(scopes)s, %(expires_at)s)
returning account_id, token_id, name, scopes, created_at, expires_at, last_used_at, revoked_at

-- every --
select account_id, token_id, name, scopes, created_at, expires_at, last_used_at, revoked_at
from app.api_token
order by created_at, token_id

-- revoke --
update app.api_token set revoked_at = now()
where token_id = %(token_id)s and revoked_at is null

-- find --
-- The one whose hash this is, if it may be used; the time of use is written once a minute at most.
with found as (
    select * from app.api_token
    where token_hash = %(token_hash)s and revoked_at is null and (expires_at is null or expires_at > now())
), used as (
    update app.api_token as t set last_used_at = now()
    from found as f
    where t.account_id = f.account_id and t.token_id = f.token_id
        and (f.last_used_at is null or f.last_used_at < now() - interval '1 minute')
)
select account_id, token_id, name, scopes, created_at, expires_at, last_used_at, revoked_at from found
