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
