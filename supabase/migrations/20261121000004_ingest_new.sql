-- Ingest, quicker where a first load spends its time: a page of which nothing is stored yet needs no comparison.

-- A list as a service sent it → its items: groups unfolded, fields that must not be kept dropped, unwanted items left out.
-- PostgreSQL puts this into the query that calls it (it is one select and sets nothing), so no item is copied on the way.
create function raw.unfold(
    p_list jsonb[],
    p_id text,
    p_nested text,
    p_prefix text,
    p_keep jsonpath,
    p_deleted jsonpath,
    p_drop text[],
    p_add jsonb
) returns table (source_id text, item jsonb, place bigint, gone boolean)
language sql stable security invoker
begin atomic
    select
        p_prefix || (told.item ->> p_id),
        told.item,
        told.place,
        p_deleted is not null and coalesce(jsonb_path_exists(told.item, p_deleted), false)
    from (
        select
            case
                when jsonb_typeof(plain.value) <> 'object' then plain.value
                else (p_add - p_drop) || case when plain.value ?| p_drop then plain.value - p_drop else plain.value end
            end as item,
            plain.place
        from unnest(p_list) with ordinality as plain (value, place)
        where p_nested is null
        union all
        -- The short parts are put together first: each `||` sorts all keys of its result.
        select
            (folded.value - (p_drop || p_nested))
            || ((p_add - p_drop) || case when one.value ?| p_drop then one.value - p_drop else one.value end),
            folded.place
        from unnest(p_list) with ordinality as folded (value, place),
            jsonb_array_elements(nullif(folded.value -> p_nested, 'null')) as one
        where p_nested is not null and jsonb_typeof(folded.value) = 'object'
        offset 0  -- each item is put together once, however often it is looked at
    ) as told
    where jsonb_typeof(told.item) = 'object' and told.item ->> p_id is not null
        and (p_keep is null or jsonb_path_exists(told.item, p_keep));
end;
comment on function raw.unfold is 'Take one answer of a service apart into its items.';
revoke all on function raw.unfold from public;

-- Takes one answer of a service apart and merges what changed:
--   an id met twice counts once (newest version, else the last);  an unchanged row is not touched;
--   the former version of a changed row goes to raw.revision;     an older version never overwrites a newer one;
--   a deletion merges into the old data (its body may be bare);   what comes back is revived.
-- A page whose first and last items are unknown is taken to be new and simply inserted. Should another of its ids be
-- stored or be met twice, the primary key says so, and the page is merged as if nothing had been tried.
create or replace function raw.ingest(
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
    found json := p_body::json;
    list jsonb[];
    is_known boolean;
begin
    if p_items <> '{}' then
        found := found #> p_items;
    end if;
    if found is null or json_typeof(found) = 'null' then
        found := '[]';                               -- null stands for an empty list
    elsif json_typeof(found) = 'object' then
        found := json_build_array(found);
    elsif json_typeof(found) <> 'array' then
        raise exception 'a list was expected at %, not a %', p_items, json_typeof(found) using errcode = '22023';
    end if;
    -- Split as text, each item parsed alone: half a megabyte parsed at once asks the system for far more memory.
    list := array(select e.value::jsonb from json_array_elements(found) as e);
    if list = '{}' then
        return query values (0::bigint, 0::bigint, 0::bigint, 0::bigint);
        return;
    end if;
    perform pg_advisory_xact_lock(hashtextextended(p_connection::text || p_stream, 0));

    execute format('select exists (select from raw.%I where account_id = $1 and source_id = any($2))', p_stream)
    into is_known
    using p_account, array[
        p_prefix || (coalesce(list[1] -> p_nested -> 0, list[1]) ->> p_id),
        p_prefix || (coalesce(list[cardinality(list)] -> p_nested -> -1, list[cardinality(list)]) ->> p_id)];
    if not is_known then
        begin
            return query execute format($sql$
                with written as (
                    insert into raw.%1$I (account_id, source_id, connection_id, data, api_version, deleted_at, deleted_reason)
                    select $8, source_id, $9, item, $10, case when gone then now() end, case when gone then 'deleted' end
                    from raw.unfold($1, $2, $3, $4, $5, $6, $7, $12)
                    order by source_id  -- two that bring the same items wait for each other in the same order
                    returning source_id, deleted_at,
                        -- below, too, an instant that is none refuses the page
                        case when data ->> $13 like '____-__-__T__:__%%' then (data ->> $13)::timestamptz end as version
                ), seen as (
                    insert into ops.sweep_seen (account_id, connection_id, sweep_id, stream, source_id)
                    select $8, $9, $11, %1$L, source_id from written where $11 is not null and deleted_at is null
                    on conflict do nothing
                )
                select count(*), count(*) - count(deleted_at), 0::bigint, count(deleted_at) from written
                $sql$, p_stream)
            using list, p_id, p_nested, p_prefix, p_keep, p_deleted, p_drop,
                p_account, p_connection, p_api_version, p_sweep, p_add, p_version;
            return;
        exception when unique_violation then
            null;  -- not all of it was new
        end;
    end if;

    return query execute format($sql$
        with newest as materialized (
            select distinct on (source_id) source_id, version, gone, item
            from (
                select
                    source_id, item, place, gone,
                    case when stamp like '____-__-__T__:__%%' then stamp::timestamptz end as version
                from (
                    select source_id, item, place, gone, item ->> $14 as stamp
                    from raw.unfold($1, $2, $3, $4, $5, $6, $7, $12)
                ) as told
            ) as named
            order by source_id, version desc nulls last, place desc
        ), compared as (
            select
                n.source_id, n.gone,
                t.source_id is not null as known,
                case when n.gone and t.source_id is not null then t.data || n.item else n.item end as data,
                t.data as old_data, t.api_version as old_api_version, t.synced_at as old_synced_at, t.deleted_at as old_deleted_at,
                case
                    when t.source_id is null or n.version is null or t.deleted_reason = 'missing' then true
                    when (t.data ->> $14) is null then true
                    when $13 and t.api_version <> $10 then date_trunc('second', (t.data ->> $14)::timestamptz) < n.version
                    else (t.data ->> $14)::timestamptz <= n.version
                end as current
            from newest as n
            left join raw.%1$I as t on t.account_id = $8 and t.source_id = n.source_id
        ), changed as materialized (
            select * from compared
            where current and (not known or data <> old_data or gone <> (old_deleted_at is not null))
        ), former as (
            insert into raw.revision (account_id, stream, source_id, data, api_version, synced_at, deleted_at)
            select $8, %1$L, source_id, old_data, old_api_version, old_synced_at, old_deleted_at
            from changed where known
        ), seen as (
            insert into ops.sweep_seen (account_id, connection_id, sweep_id, stream, source_id)
            select $8, $9, $11, %1$L, source_id from newest where $11 is not null and not gone
            on conflict do nothing
        ), written as (
            insert into raw.%1$I as t (account_id, source_id, connection_id, data, api_version, deleted_at, deleted_reason)
            select $8, source_id, $9, data, $10, case when gone then now() end, case when gone then 'deleted' end
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
    using list, p_id, p_nested, p_prefix, p_keep, p_deleted, p_drop,
        p_account, p_connection, p_api_version, p_sweep, p_add, p_weaker, p_version;
end
$$;
