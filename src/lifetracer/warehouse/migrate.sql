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

-- raw_tables --
select tablename::text from pg_catalog.pg_tables where schemaname = 'raw'
