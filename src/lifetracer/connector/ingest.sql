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
