-- Queries of migrate.py.

-- lock --
select set_config('lock_timeout', %s, true), pg_advisory_xact_lock(hashtextextended('lifetracer migrate', 0))

-- exists --
select 1 from pg_catalog.pg_tables where schemaname = %s and tablename = %s

-- make_record --
create schema if not exists supabase_migrations;
create table if not exists supabase_migrations.schema_migrations (
    version text not null primary key,
    statements text[],
    name text
);

-- applied --
select version from supabase_migrations.schema_migrations

-- record --
insert into supabase_migrations.schema_migrations (version, statements, name) values (%s, %s, %s)

-- make_queue --
create schema if not exists queue;
comment on schema queue is 'Tables of the job queue, made and owned by procrastinate.';
create table queue.migration (name text primary key, applied_at timestamptz not null default now());
comment on table queue.migration is 'Which of procrastinate''s migrations are in. One row per migration.';
alter table queue.migration enable row level security;

-- queue_applied --
select name from queue.migration

-- queue_functions --
select p.oid::regprocedure::text
from pg_catalog.pg_proc as p
where p.pronamespace = 'queue'::regnamespace and p.prokind in ('f', 'p')

-- queue_record --
insert into queue.migration (name) select unnest(%s::text[])

-- raw_tables --
select tablename::text from pg_catalog.pg_tables where schemaname = 'raw'
