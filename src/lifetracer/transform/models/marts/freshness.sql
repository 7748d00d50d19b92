-- Read in the present, not in that of the last transform: when nothing runs any more, this has to say so.
select
    account_id,
    connection_id,
    source,
    name as connection,
    status,
    problem,
    last_success_at,
    last_change_at,
    {{ is_stale_connection('connection') }} as is_stale,
    quota_remaining,
    quota_total,
    quota_resets_at
from {{ ref('dim_connection') }} as connection
