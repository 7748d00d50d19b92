-- Queries of accounts.py.

-- lock --
select pg_advisory_xact_lock(hashtextextended('lifetracer first account', 0))

-- create --
insert into app.account (account_id, name, time_zone, language)
values (coalesce(%(id)s::uuid, gen_random_uuid()), %(name)s, %(time_zone)s, %(language)s)
returning account_id, name, time_zone, language, week_start::integer, created_at, country

-- every --
select account_id, name, time_zone, language, week_start::integer, created_at, country
from app.account
order by created_at, name

-- change --
update app.account set country = %(country)s, time_zone = %(time_zone)s, language = %(language)s
where account_id = %(id)s

-- rename --
update app.account set name = %(name)s where account_id = %(id)s

-- logins --
select role_name::text from app.reader_role where account_id = %(id)s

-- unbind --
delete from app.reader_role where role_name = %(role)s

-- remove --
-- What hangs on it goes with it (foreign keys, and app.forget_account for what the transform made).
delete from app.account where account_id = %(id)s

-- owned --
-- Every table whose rows belong to accounts.
select n.nspname, c.relname
from pg_catalog.pg_class as c
inner join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
inner join pg_catalog.pg_attribute as a on a.attrelid = c.oid and a.attname = 'account_id' and not a.attisdropped
where n.nspname in ('app', 'raw', 'core', 'ops') and c.relkind in ('r', 'p')
order by 1, 2
