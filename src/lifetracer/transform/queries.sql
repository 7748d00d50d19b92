-- present --
-- The database's clock, cut to whole seconds.
select date_trunc('second', now())

-- wait --
-- Wait as long as another transform takes, and keep the turn even when dbt is slow.
select set_config('lock_timeout', '30min', true), set_config('idle_in_transaction_session_timeout', '0', true)

-- turn_of_one --
-- One transform of an account at a time; others may go on beside it.
select
    pg_advisory_xact_lock_shared(hashtextextended('lifetracer.transform', 0)),
    pg_advisory_xact_lock(hashtextextended('lifetracer.transform:' || %(account_id)s::text, 0))

-- turn_of_all --
-- Alone: for everybody's rows, and for making tables and views.
select pg_advisory_xact_lock(hashtextextended('lifetracer.transform', 0))

-- is_made --
-- Whether the tables are there.
select to_regclass('core.dim_account') is not null and to_regclass('core.fct_span') is not null

-- is_outdated --
-- Whether a history was made by other models than these, for another time zone, or not to its end.
select exists (
    select from core.dim_account as made
    inner join app.account as account on made.account_id = account.account_id
    where (made.made_by <> %(made_by)s or made.time_zone <> account.time_zone)
        and (%(account_id)s::uuid is null or made.account_id = %(account_id)s)
)

-- is_new --
-- Whether nothing was ever made of an account's history.
select %(account_id)s::uuid is not null and not exists (
    select from core.dim_account as made where made.account_id = %(account_id)s
)

-- is_much --
-- Whether so much changed that statistics of what is made mislead (a calendar beside one event): nested loops over
-- thousands of blocks that were thought to be one take minutes, making the history anew takes seconds.
select %(account_id)s::uuid is not null and (
    coalesce(sum(cardinality(source_ids)) filter (where stream = 'occurrence'), 0)
    > 200 + (select count(*) from core.fct_occurrence where account_id = %(account_id)s) / 5
    or coalesce(sum(cardinality(source_ids)) filter (where stream <> 'occurrence'), 0)
    > 500 + (select count(*) from core.fct_entry where account_id = %(account_id)s) / 5
)
from raw.change
where account_id = %(account_id)s

-- make_raw --
-- The raw tables that staging reads; those of a source that was never used may be missing.
select raw.create_table(split_part(name, '.', 1), split_part(name, '.', 2))
from unnest(%(names)s::text[]) as name

-- analyze --
-- Statistics of the raw tables that have none, or that changed much since (the autovacuum may not have come by yet).
do $$
declare
    busy regclass;
begin
    for busy in
        select t.relid::regclass from pg_catalog.pg_stat_user_tables as t
        where t.schemaname = 'raw' and t.n_mod_since_analyze > 200 + 0.2 * t.n_live_tup
    loop
        execute format('analyze %s', busy);
    end loop;
end
$$

-- take --
-- Take the notes of changes that are there now: only these are removed at the end, later ones wait for the next run.
update raw.change set is_taken = true
where not is_taken and (%(account_id)s::uuid is null or account_id = %(account_id)s)

-- accounts --
-- Whose history is to be made, by which zone, and under which version of their categories.
select account_id, time_zone, app.category_version(account_id)
from app.account
where %(account_id)s::uuid is null or account_id = %(account_id)s

-- unmake --
-- Say that a history is being made anew: should that break off, it is due again.
update core.dim_account set made_by = ''
where %(account_id)s::uuid is null or account_id = %(account_id)s

-- forget_changes --
delete from raw.change where is_taken and (%(account_id)s::uuid is null or account_id = %(account_id)s)

-- stale_lists --
-- What is yet to be made: the lists that a run fills and empties.
select c.relname from pg_catalog.pg_class as c
where c.relnamespace = 'core'::regnamespace and c.relkind = 'r' and c.relname like 'stale\_%%'

-- forget_stale --
delete from core.{} where %(account_id)s::uuid is null or account_id = %(account_id)s

-- conclude --
-- Say what the tables now stand for.
insert into core.dim_account (account_id, time_zone, category_version, as_of, made_by)
select made.account_id, made.time_zone, made.category_version, %(as_of)s, %(made_by)s
from unnest(%(account_ids)s::uuid[], %(time_zones)s::text[], %(category_versions)s::text[])
    as made (account_id, time_zone, category_version)
inner join app.account as account on made.account_id = account.account_id
on conflict (account_id) do update set
    time_zone = excluded.time_zone,
    category_version = excluded.category_version,
    as_of = excluded.as_of,
    made_by = excluded.made_by

-- forgotten_marts --
-- Views that an older version made and nobody makes any more; its descriptions end with the grain, other people's do not.
select c.relname from pg_catalog.pg_class as c
where c.relnamespace = 'marts'::regnamespace and c.relkind = 'v' and c.relname <> all(%(known)s::text[])
    and obj_description(c.oid, 'pg_class') like '%%One row per %%'

-- drop_mart --
drop view marts.{}
