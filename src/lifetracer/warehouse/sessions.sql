-- Queries of sessions.py.

-- begin --
insert into app.session
    (account_id, session_hash, how, expires_at, user_agent, ip, proof, upstream, upstream_until)
values
    (%(account)s, %(hash)s, %(how)s, now() + %(life)s, %(user_agent)s, %(ip)s, %(proof)s, %(upstream)s, %(upstream_until)s)

-- find --
-- Whoever was removed has no person any more; only the installation's access token opens a session without one.
with found as (
    select s.*, coalesce(p.sign_in_name, '') as name, coalesce(p.is_operator, false) as is_operator
    from app.session as s
    left join app.person as p on p.account_id = s.account_id
    where s.session_hash = %(hash)s and s.expires_at > now() and s.last_seen_at > now() - %(idle)s::interval
        and (p.account_id is not null or s.how = 'token')
), seen as (
    update app.session as s set last_seen_at = now()
    from found as f
    where s.account_id = f.account_id and s.session_id = f.session_id and f.last_seen_at < now() - interval '1 minute'
)
select account_id, session_id, how, name, is_operator, proof, confirmed_at,
    coalesce(upstream is not null and upstream_until < now(), false) as upstream_due
from found

-- every --
select account_id, session_id, how, user_agent, ip, created_at, last_seen_at, confirmed_at, expires_at
from app.session
where expires_at > now() and last_seen_at > now() - %(idle)s::interval
order by last_seen_at desc, session_id

-- end --
delete from app.session where account_id = %(account)s and session_id = %(session)s

-- end_all --
delete from app.session where account_id = %(account)s and session_id is distinct from %(but)s

-- renew --
update app.session set session_hash = %(hash)s, confirmed_at = now()
where account_id = %(account)s and session_id = %(session)s

-- borrow_upstream --
select upstream from app.session
where session_id = %(session)s and upstream_until < now()
for update skip locked

-- keep_upstream --
update app.session set upstream = coalesce(%(upstream)s, upstream), upstream_until = %(until)s
where session_id = %(session)s

-- forget_ended --
delete from app.session where expires_at <= now() or last_seen_at <= now() - %(idle)s::interval

-- forget_round_trips --
delete from ops.round_trip where expires_at <= now()

-- forget_failures --
delete from ops.sign_in_failure where last_at < now() - interval '2 days'
