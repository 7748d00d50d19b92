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
-- Whether an account's history was made by other models than these, or for another time zone.
select exists (
    select from core.dim_account as made
    inner join app.account as account on made.account_id = account.account_id
    where (made.made_by <> %(made_by)s or made.time_zone <> account.time_zone)
        and (%(account_id)s::uuid is null or made.account_id = %(account_id)s)
)

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
