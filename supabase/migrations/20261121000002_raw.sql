-- The raw layer: tables of one shape, former versions, cursors, sweeps, quota, and the one function that takes a page apart.

create table raw.revision (
    account_id uuid not null,
    stream text not null,
    source_id text not null,
    revision_id bigint generated always as identity,
    data jsonb not null,
    api_version text not null,
    synced_at timestamptz not null,
    deleted_at timestamptz,
    replaced_at timestamptz not null default now(),
    primary key (account_id, stream, source_id, revision_id)
);
comment on table raw.revision is 'Former versions of raw rows. One row per account, stream, item and replaced version.';
comment on column raw.revision.stream is 'Name of the raw table the row was in.';
comment on column raw.revision.synced_at is 'Since when this version had been the stored one.';
comment on column raw.revision.replaced_at is 'When a newer version or a deletion replaced it.';

create table raw.occurrence (
    account_id uuid not null references app.account on delete cascade,
    occurrence_id text not null,
    connection_id uuid not null,
    source text not null,
    calendar_id text not null,
    series_id text not null,
    content_id text not null,
    original_start text not null,
    starts_at timestamptz,
    ends_at timestamptz,
    starts_on date,
    ends_on date,
    time_zone text,
    primary key (account_id, occurrence_id),
    foreign key (account_id, connection_id) references app.connection on delete cascade,
    check ((starts_at is null) = (ends_at is null)),
    check ((starts_on is null) = (ends_on is null)),
    check ((starts_at is null) <> (starts_on is null))
);
create index on raw.occurrence (account_id, connection_id, series_id);
create index on raw.occurrence (account_id, starts_at);
comment on table raw.occurrence is 'Calendar events expanded into the times they take place. One row per account and occurrence.';
comment on column raw.occurrence.series_id is 'source_id of the event row it comes from: a single event or a series master.';
comment on column raw.occurrence.content_id is 'source_id of the event row whose title and details apply: an exception, or series_id.';
comment on column raw.occurrence.original_start is 'Start the series gave it before any exception moved it, ISO 8601.';
comment on column raw.occurrence.starts_on is 'All-day only: first day. It has no instant.';
comment on column raw.occurrence.ends_on is 'All-day only: the day after the last.';

create table ops.cursor (
    account_id uuid not null,
    connection_id uuid not null,
    stream text not null,
    partition text not null default '',
    state jsonb not null,
    updated_at timestamptz not null default now(),
    primary key (account_id, connection_id, stream, partition),
    foreign key (account_id, connection_id) references app.connection on delete cascade
);
comment on table ops.cursor is 'How far each stream was read; commits together with the rows that prove it. One row per connection, stream and partition.';

create table ops.sweep_seen (
    account_id uuid not null,
    connection_id uuid not null,
    sweep_id uuid not null,
    stream text not null,
    source_id text not null,
    primary key (account_id, sweep_id, stream, source_id)
);
comment on table ops.sweep_seen is 'Ids met during a full read; what is not here at its end was deleted. One row per account, sweep, stream and id.';

create table ops.quota (
    account_id uuid not null,
    connection_id uuid not null,
    bucket text not null,
    total integer,
    remaining integer,
    resets_at timestamptz,
    observed_at timestamptz not null default now(),
    primary key (account_id, connection_id, bucket),
    foreign key (account_id, connection_id) references app.connection on delete cascade
);
comment on table ops.quota is 'Request allowance as last observed, shared by all workers. One row per connection and bucket.';

create table ops.sync_run (
    account_id uuid not null,
    run_id uuid not null default gen_random_uuid(),
    connection_id uuid not null,
    source text not null,
    started_at timestamptz not null default now(),
    finished_at timestamptz,
    status text not null default 'running' check (status in ('running', 'succeeded', 'waiting', 'needs_user', 'failed', 'interrupted')),
    requests integer not null default 0,
    items bigint not null default 0,
    inserted bigint not null default 0,
    updated bigint not null default 0,
    deleted bigint not null default 0,
    mended bigint not null default 0,
    details jsonb not null default '{}',
    error jsonb,
    primary key (account_id, run_id),
    foreign key (account_id, connection_id) references app.connection on delete cascade
);
create index on ops.sync_run (account_id, connection_id, started_at desc);
comment on table ops.sync_run is 'The sync log. One row per account and sync of a connection.';
comment on column ops.sync_run.mended is 'Texts with characters PostgreSQL cannot hold (NUL, lone surrogates), stored with U+FFFD instead.';

alter table raw.revision enable row level security;
alter table raw.occurrence enable row level security;
alter table ops.cursor enable row level security;
alter table ops.sweep_seen enable row level security;
alter table ops.quota enable row level security;
alter table ops.sync_run enable row level security;
create policy own on raw.revision for select to lifetracer_app using (account_id = (select app.current_account_id()));
create policy own on raw.occurrence for select to lifetracer_app using (account_id = (select app.current_account_id()));
create policy own on ops.cursor for select to lifetracer_app using (account_id = (select app.current_account_id()));
create policy own on ops.quota for select to lifetracer_app using (account_id = (select app.current_account_id()));
create policy own on ops.sync_run for select to lifetracer_app using (account_id = (select app.current_account_id()));
grant select on raw.revision, raw.occurrence, ops.cursor, ops.quota, ops.sync_run to lifetracer_app;

create function raw.create_table(p_service text, p_entity text) returns text
language plpgsql security invoker set search_path = ''
as $$
declare
    name text := p_service || '__' || p_entity;
begin
    if name !~ '^[a-z][a-z0-9_]*__[a-z][a-z0-9_]*$' or length(name) > 63 then
        raise exception 'not a name for a raw table: %', name;
    end if;
    if to_regclass(format('raw.%I', name)) is not null then
        return name;
    end if;
    execute format($sql$
        create table raw.%1$I (
            account_id uuid not null,
            source_id text not null,
            connection_id uuid not null,
            data jsonb not null,
            api_version text not null,
            synced_at timestamptz not null default now(),
            deleted_at timestamptz,
            deleted_reason text,
            primary key (account_id, source_id)
        )$sql$, name);
    execute format('alter table raw.%I enable row level security', name);
    execute format($sql$
        create policy own on raw.%I for select to lifetracer_app
        using (account_id = (select app.current_account_id()))$sql$, name);
    execute format('grant select on raw.%I to lifetracer_app', name);
    execute format('comment on table raw.%I is %L', name,
                   format('%s of %s as received. One row per account and item.', p_entity, p_service));
    return name;
end
$$;
comment on function raw.create_table(text, text) is 'Make the raw table of a stream; does nothing when it is there.';

-- Raw rows are many and come in bulk: instead of a foreign key that is checked row by row,
-- they go when their connection goes.
create function raw.forget_connection() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    name text;
begin
    for name in
        select c.relname from pg_catalog.pg_class as c
        join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
        where n.nspname = 'raw' and c.relkind = 'r' and c.relname like '%\_\_%'
    loop
        execute format($sql$
            with gone as (
                delete from raw.%1$I where account_id = $1 and connection_id = $2 returning source_id
            )
            delete from raw.revision as r using gone
            where r.account_id = $1 and r.stream = %1$L and r.source_id = gone.source_id$sql$, name)
        using old.account_id, old.connection_id;
    end loop;
    delete from ops.sweep_seen where account_id = old.account_id and connection_id = old.connection_id;
    return null;
end
$$;
create trigger forget after delete on app.connection for each row execute function raw.forget_connection();
revoke all on function raw.forget_connection() from public;

-- Takes one answer of a service apart and merges what changed:
--   an id met twice counts once (newest version, else the last);  an unchanged row is not touched;
--   the former version of a changed row goes to raw.revision;     an older version never overwrites a newer one;
--   a deletion merges into the old data (its body may be bare);   what comes back is revived.
create function raw.ingest(
    p_stream text,
    p_account uuid,
    p_connection uuid,
    p_body text,
    p_api_version text,
    p_items text[] default '{}',
    p_nested text default null,
    p_id text default 'id',
    p_prefix text default '',
    p_keep jsonpath default null,
    p_deleted jsonpath default null,
    p_version text default null,
    p_weaker boolean default false,
    p_drop text[] default '{}',
    p_sweep uuid default null,
    p_add jsonb default '{}'
) returns table (items bigint, inserted bigint, updated bigint, deleted bigint)
language plpgsql security invoker set search_path = ''
as $$
declare
    found jsonb := p_body::jsonb;
begin
    if p_items <> '{}' then
        found := found #> p_items;
    end if;
    if found is null or jsonb_typeof(found) = 'null' then
        found := '[]';                               -- null stands for an empty list
    elsif jsonb_typeof(found) = 'object' then
        found := jsonb_build_array(found);
    elsif jsonb_typeof(found) <> 'array' then
        raise exception 'a list was expected at %, not a %', p_items, jsonb_typeof(found) using errcode = '22023';
    end if;
    perform pg_advisory_xact_lock(hashtextextended(p_connection::text || p_stream, 0));
    return query execute format($sql$
        with unfolded as materialized (  -- once: the parts below look at each item many times
            select case when $14 = '{}' or jsonb_typeof(e.value) <> 'object' then e.value else $14 || e.value end as item, e.ordinality as place
            from jsonb_array_elements($1) with ordinality as e
            where $2 is null
            union all
            select (e.value - ($5 || $2)) || case when $14 = '{}' then inner_item.value else $14 || inner_item.value end, e.ordinality
            from jsonb_array_elements($1) with ordinality as e,
                jsonb_array_elements(nullif(e.value -> $2, 'null')) as inner_item
            where $2 is not null and jsonb_typeof(e.value) = 'object'
        ), named as (
            select
                $3 || id as source_id,
                case when item ?| $5 then item - $5 else item end as item,
                place,
                case when stamp like '____-__-__T__:__%%' then stamp::timestamptz end as version,
                $7::jsonpath is not null and coalesce(jsonb_path_exists(item, $7), false) as gone
            from (select item, place, item ->> $4 as id, item ->> $6 as stamp from unfolded offset 0) as told
            where id is not null and jsonb_typeof(item) = 'object'
                and ($8::jsonpath is null or jsonb_path_exists(item, $8))
        ), newest as materialized (
            select distinct on (source_id) source_id, version, gone, item
            from named
            order by source_id, version desc nulls last, place desc
        ), compared as (
            select
                n.source_id, n.gone,
                t.source_id is not null as known,
                case when n.gone and t.source_id is not null then t.data || n.item else n.item end as data,
                t.data as old_data, t.api_version as old_api_version, t.synced_at as old_synced_at, t.deleted_at as old_deleted_at,
                case
                    when t.source_id is null or n.version is null or t.deleted_reason = 'missing' then true
                    when (t.data ->> $6) is null then true
                    when $9 and t.api_version <> $10 then date_trunc('second', (t.data ->> $6)::timestamptz) < n.version
                    else (t.data ->> $6)::timestamptz <= n.version
                end as current
            from newest as n
            left join raw.%1$I as t on t.account_id = $11 and t.source_id = n.source_id
        ), changed as materialized (
            select * from compared
            where current and (not known or data <> old_data or gone <> (old_deleted_at is not null))
        ), former as (
            insert into raw.revision (account_id, stream, source_id, data, api_version, synced_at, deleted_at)
            select $11, %1$L, source_id, old_data, old_api_version, old_synced_at, old_deleted_at
            from changed where known
        ), seen as (
            insert into ops.sweep_seen (account_id, connection_id, sweep_id, stream, source_id)
            select $11, $12, $13, %1$L, source_id from newest where $13 is not null and not gone
            on conflict do nothing
        ), written as (
            insert into raw.%1$I as t (account_id, source_id, connection_id, data, api_version, deleted_at, deleted_reason)
            select $11, source_id, $12, data, $10, case when gone then now() end, case when gone then 'deleted' end
            from changed
            on conflict (account_id, source_id) do update set
                connection_id = excluded.connection_id, data = excluded.data, api_version = excluded.api_version,
                synced_at = now(), deleted_reason = excluded.deleted_reason,
                deleted_at = case when excluded.deleted_at is not null then coalesce(t.deleted_at, excluded.deleted_at) end
        )
        select
            (select count(*) from newest),
            count(*) filter (where not known and not gone),
            count(*) filter (where known and not gone),
            count(*) filter (where gone)
        from changed
        $sql$, p_stream)
    using found, p_nested, p_prefix, p_id, p_drop, p_version, p_deleted, p_keep, p_weaker, p_api_version,
        p_account, p_connection, p_sweep, p_add;
end
$$;
comment on function raw.ingest is 'Take one answer of a service apart and merge what changed into its raw table.';

-- The end of a full read: whatever lies in the covered part and was not met is gone at the service.
-- A part that came back entirely empty although rows are stored is not believed (the service may have
-- stopped answering for this account): nothing is touched and the number spared is returned.
create function raw.sweep(
    p_stream text,
    p_account uuid,
    p_connection uuid,
    p_sweep uuid,
    p_started timestamptz,
    p_prefix text default '',
    p_where jsonpath default null,
    p_time text default null,
    p_since timestamptz default null,
    p_until timestamptz default null,
    p_trust_empty boolean default false
) returns table (deleted bigint, spared bigint)
language plpgsql security invoker set search_path = ''
as $$
begin
    perform pg_advisory_xact_lock(hashtextextended(p_connection::text || p_stream, 0));
    return query execute format($sql$
        with covered as materialized (
            select t.source_id, t.data, t.api_version, t.synced_at,
                exists (
                    select from ops.sweep_seen as s
                    where s.account_id = $1 and s.sweep_id = $3 and s.stream = %1$L and s.source_id = t.source_id
                ) as seen
            from raw.%1$I as t
            where t.account_id = $1 and t.connection_id = $2 and t.deleted_at is null
                and starts_with(t.source_id, $5)
                and ($6::jsonpath is null or jsonb_path_exists(t.data, $6))
                and ($7::text is null or (
                    ($8::timestamptz is null or (t.data ->> $7)::timestamptz >= $8)
                    and ($9::timestamptz is null or (t.data ->> $7)::timestamptz < $9)))
        ), missing as materialized (
            select * from covered
            where not seen and synced_at < $4
        ), doubted as (
            select not $10 and count(*) > 3 and not bool_or(seen) as verdict from covered
        ), former as (
            insert into raw.revision (account_id, stream, source_id, data, api_version, synced_at)
            select $1, %1$L, source_id, data, api_version, synced_at from missing, doubted where not verdict
        ), gone as (
            update raw.%1$I as t set deleted_at = now(), deleted_reason = 'missing', synced_at = now()
            from missing as m, doubted as d
            where t.account_id = $1 and t.source_id = m.source_id and not d.verdict
            returning 1
        )
        select (select count(*) from gone), (select case when verdict then (select count(*) from missing) else 0 end from doubted)
        $sql$, p_stream)
    using p_account, p_connection, p_sweep, p_started, p_prefix, p_where, p_time, p_since, p_until, p_trust_empty;
end
$$;
comment on function raw.sweep is 'Tombstone what a complete read of a window no longer contained.';

revoke all on function raw.create_table(text, text) from public;
revoke all on function raw.ingest from public;
revoke all on function raw.sweep from public;
