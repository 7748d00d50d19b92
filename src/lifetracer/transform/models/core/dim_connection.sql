{{
    config(
        indexes=[{'columns': ['account_id', 'connection_id'], 'unique': true}],
        pre_hook="{{ forget_all() }}",
    )
}}
select
    connection.account_id,
    connection.connection_id,
    connection.source,
    connection.name,
    connection.status,
    coalesce(connection.settings ->> 'files', 'false') = 'true' as is_of_files,
    connection.problem ->> 'message' as problem,
    connection.last_success_at,
    connection.last_change_at,
    quota.remaining as quota_remaining,
    quota.total as quota_total,
    quota.resets_at as quota_resets_at
from {{ source('app', 'connection') }} as connection
left join lateral (
    select bucket.remaining, bucket.total, bucket.resets_at
    from {{ source('ops', 'quota') }} as bucket
    where
        bucket.account_id = connection.account_id
        and bucket.connection_id = connection.connection_id
        and bucket.total > 0
    order by bucket.remaining::numeric / bucket.total, bucket.bucket
    limit 1
) as quota on true
where {{ in_scope('connection') }}
