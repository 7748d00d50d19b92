-- Queries of people.py.

-- any_there --
select exists (select from app.person)

-- every --
select account_id, name, sign_in_name, is_operator, has_second_factor, created_at, last_seen_at from app.people()

-- listed --
select p.account_id, a.name, p.sign_in_name, p.is_operator, p.totp_since is not null as has_second_factor, p.created_at,
    (select max(s.last_seen_at) from app.session as s where s.account_id = p.account_id) as last_seen_at
from app.person as p
join app.account as a on a.account_id = p.account_id
order by p.created_at, p.sign_in_name

-- find --
select account_id, sign_in_name, is_operator, password_changed_at, totp_since, created_at
from app.person
where account_id = %(account)s

-- add --
insert into app.person (account_id, sign_in_name, password_hash, password_changed_at, is_operator)
values (%(account)s, %(name)s, %(password_hash)s, case when %(password_hash)s::text is not null then now() end, %(is_operator)s)
returning account_id, sign_in_name, is_operator, password_changed_at, totp_since, created_at

-- password_of --
select account_id, password_hash from app.person where lower(sign_in_name) = lower(%(name)s)

-- change_password --
update app.person set password_hash = %(password_hash)s, password_changed_at = now() where account_id = %(account)s

-- dismiss --
select app.dismiss_person(%(account)s)

-- banish --
with gone as (
    delete from app.person where account_id = %(account)s returning account_id
), sessions as (
    delete from app.session as s using gone where s.account_id = gone.account_id
), tokens as (
    update app.api_token as t set revoked_at = now() from gone where t.account_id = gone.account_id and t.revoked_at is null
)
update app.schedule as s set enabled = false from gone where s.account_id = gone.account_id

-- appoint --
update app.person set is_operator = %(is_operator)s where account_id = %(account)s

-- identities --
select issuer, subject, label, created_at, last_used_at from app.identity order by created_at, issuer

-- vouched --
update app.identity set last_used_at = now()
where issuer = %(issuer)s and subject = %(subject)s
returning account_id

-- join --
insert into app.identity as i (account_id, issuer, subject, label)
values (%(account)s, %(issuer)s, %(subject)s, %(label)s)
on conflict (issuer, subject) do update set label = excluded.label where i.account_id = excluded.account_id
returning account_id

-- part --
delete from app.identity where issuer = %(issuer)s and subject = %(subject)s
