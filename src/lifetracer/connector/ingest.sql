-- ingest --
-- Take one page apart and merge what changed (see raw.ingest).
select items, inserted, updated, deleted
from raw.ingest(
    p_stream => %(stream)s, p_account => %(account)s, p_connection => %(connection)s,
    p_body => %(body)s::text, p_api_version => %(api_version)s, p_items => %(items)s::text[],
    p_nested => %(nested)s, p_id => %(id)s, p_prefix => %(prefix)s, p_keep => %(keep)s::text::jsonpath,
    p_deleted => %(deleted)s::text::jsonpath, p_version => %(version)s, p_weaker => %(weaker)s,
    p_drop => %(drop)s::text[], p_sweep => %(sweep)s::uuid, p_add => %(add)s::jsonb
)

-- ingest_for_run --
-- The same for a page of a sync: its rows and what they prove (cursor), bring (settings, quota) and add up to (the sync
-- log) are one statement, so nothing of it can be stored without the rest.
with done as materialized (
    select items, inserted, updated, deleted
    from raw.ingest(
        p_stream => %(stream)s, p_account => %(account)s, p_connection => %(connection)s,
        p_body => %(body)s::text, p_api_version => %(api_version)s, p_items => %(items)s::text[],
        p_nested => %(nested)s, p_id => %(id)s, p_prefix => %(prefix)s, p_keep => %(keep)s::text::jsonpath,
        p_deleted => %(deleted)s::text::jsonpath, p_version => %(version)s, p_weaker => %(weaker)s,
        p_drop => %(drop)s::text[], p_sweep => %(sweep)s::uuid, p_add => %(add)s::jsonb
    )
), proved as (
    insert into ops.cursor as c (account_id, connection_id, stream, partition, state)
    select %(account)s, %(connection)s, %(cursor)s, %(partition)s, %(state)s::jsonb
    where %(state)s::jsonb is not null
    on conflict (account_id, connection_id, stream, partition) do update set state = excluded.state, updated_at = now()
), remembered as (
    update app.connection set
        settings = settings || %(settings)s::jsonb,
        external_user = coalesce(external_user, %(settings)s::jsonb ->> 'user_id')
    where account_id = %(account)s and connection_id = %(connection)s and %(settings)s::jsonb is not null
), observed as (
    insert into ops.quota as q (account_id, connection_id, bucket, total, remaining, resets_at)
    select %(account)s, %(connection)s, a.bucket, a.total, a.remaining, a.resets_at
    from jsonb_to_recordset(%(allowances)s::jsonb) as a (bucket text, total integer, remaining integer, resets_at timestamptz)
    on conflict (account_id, connection_id, bucket) do update set
        total = coalesce(excluded.total, q.total), remaining = excluded.remaining,
        resets_at = excluded.resets_at, observed_at = now()
), counted as (
    update ops.sync_run as r set
        requests = %(requests)s, items = r.items + done.items, inserted = r.inserted + done.inserted,
        updated = r.updated + done.updated, deleted = r.deleted + done.deleted, mended = r.mended + %(mended)s
    from done
    where r.account_id = %(account)s and r.run_id = %(run)s
)
select items, inserted, updated, deleted from done

-- sweep --
-- Tombstone what a complete read no longer contained (see raw.sweep).
select deleted, spared
from raw.sweep(
    p_stream => %(stream)s, p_account => %(account)s, p_connection => %(connection)s,
    p_sweep => %(sweep)s::uuid, p_started => %(started)s, p_prefix => %(prefix)s,
    p_where => %(where)s::text::jsonpath, p_time => %(time)s, p_since => %(since)s::timestamptz,
    p_until => %(until)s::timestamptz, p_trust_empty => %(trust_empty)s
)

-- forget_sweep --
delete from ops.sweep_seen where account_id = %(account)s and sweep_id = %(sweep)s::uuid and stream = %(stream)s
