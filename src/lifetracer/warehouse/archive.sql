-- Queries of archive.py.

-- calm --
select set_config('timezone', 'UTC', true), set_config('statement_timeout', '30min', true)

-- tables --
-- Tables with rows of accounts: all of app and raw, and of core those that hang on an account by a foreign key.
select
    n.nspname || '.' || c.relname as name,
    (
        select array_agg(a.attname::text order by a.attnum)
        from pg_catalog.pg_attribute as a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
    ) as columns,
    coalesce((
        select array_agg(a.attname::text order by array_position(k.conkey, a.attnum))
        from pg_catalog.pg_constraint as k
        inner join pg_catalog.pg_attribute as a on a.attrelid = k.conrelid and a.attnum = any(k.conkey)
        where k.conrelid = c.oid and k.contype = 'p'
    ), '{}') as key,
    coalesce((
        select array_agg(distinct pn.nspname || '.' || pc.relname)
        from pg_catalog.pg_constraint as k
        inner join pg_catalog.pg_class as pc on pc.oid = k.confrelid
        inner join pg_catalog.pg_namespace as pn on pn.oid = pc.relnamespace
        where k.conrelid = c.oid and k.contype = 'f'
    ), '{}') as parents
from pg_catalog.pg_class as c
inner join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where n.nspname in ('app', 'raw', 'core') and c.relkind in ('r', 'p') and not c.relispartition
    and exists (
        select from pg_catalog.pg_attribute as a
        where a.attrelid = c.oid and a.attname = 'account_id' and not a.attisdropped
    )
    and (
        n.nspname <> 'core'
        or exists (select from pg_catalog.pg_constraint as k where k.conrelid = c.oid and k.contype = 'f')
    )
order by 1

-- make_raw_tables --
-- The raw tables of streams that this database has not met.
select raw.create_table(split_part(substring(name from 5), '__', 1), split_part(substring(name from 5), '__', 2))
from unnest(%(names)s::text[]) as name
where name like 'raw.%%\_\_%%' and to_regclass(name) is null

-- prepare --
create temporary table incoming (number bigint generated always as identity, line jsonb not null) on commit drop;
create temporary table renamed (former uuid primary key, fresh uuid not null) on commit drop

-- rename_connections --
-- A connection's id is unique in the whole database; one that another account has already gets a fresh one.
insert into renamed (former, fresh)
select c.connection_id, gen_random_uuid()
from incoming as i
inner join app.connection as c on c.connection_id = (i.line ->> 'connection_id')::uuid
where c.account_id <> %(account)s

-- rewrite --
-- Every row becomes one of this account.
update incoming as i set line = i.line
    || jsonb_build_object('account_id', %(account)s::uuid)
    || coalesce(
        (
            select jsonb_build_object('connection_id', r.fresh)
            from renamed as r
            where i.line ? 'connection_id' and r.former = (i.line ->> 'connection_id')::uuid
        ), '{}')

-- advance --
-- Where the column counts by itself, let it go on after what came in.
select setval(
    s.name::regclass,
    greatest(
        (select max((i.line ->> %(column)s)::bigint) from incoming as i),
        (select coalesce(q.last_value, 1) from pg_catalog.pg_sequences as q where format('%%I.%%I', q.schemaname, q.sequencename) = s.name)
    )
)
from (select pg_get_serial_sequence(%(table)s, %(column)s) as name) as s
where s.name is not null and exists (select from incoming)

-- keep_name --
-- A name that another account has is not taken twice.
update incoming as i set line = i.line || jsonb_build_object('name', %(name)s::text)
where exists (select from app.account as a where a.name = i.line ->> 'name' and a.account_id <> %(account)s)
