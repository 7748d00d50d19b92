-- Queries of accounts.py.

-- lock --
select pg_advisory_xact_lock(hashtextextended('lifetracer first account', 0))

-- create --
insert into app.account (account_id, name, time_zone, language)
values (coalesce(%(id)s::uuid, gen_random_uuid()), %(name)s, %(time_zone)s, %(language)s)
returning account_id, name, time_zone, language, week_start::integer, created_at

-- every --
select account_id, name, time_zone, language, week_start::integer, created_at
from app.account
order by created_at, name
