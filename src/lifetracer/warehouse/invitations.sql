-- Queries of invitations.py.

-- make --
insert into app.invitation (account_id, kind, name, token_hash, expires_at)
values (%(account)s, %(kind)s, %(name)s, %(hash)s, now() + %(life)s)

-- find --
select account_id, invitation_id, kind, name, created_at, expires_at
from app.invitation
where token_hash = %(hash)s and used_at is null and expires_at > now()

-- use --
update app.invitation set used_at = now()
where token_hash = %(hash)s and used_at is null and expires_at > now()
returning account_id, invitation_id, kind, name, created_at, expires_at

-- every --
select account_id, invitation_id, kind, name, created_at, expires_at
from app.invitation
where used_at is null and expires_at > now() and kind = 'person'
order by created_at, invitation_id

-- withdraw --
delete from app.invitation where invitation_id = %(invitation)s and used_at is null
