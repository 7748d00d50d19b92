-- Queries of hint.py.

-- pause --
update ops.job as j set run_after = greatest(
    j.run_after + make_interval(secs => %(gather)s), last.started_at + make_interval(secs => %(seconds)s)
)
from (
    select max(f.started_at) as started_at from ops.job as f
    where f.account_id = %(account_id)s and f.stage = 'sync' and f.subject = %(source)s
        and f.queued_at > now() - interval '1 day'
) as last
where j.account_id = %(account_id)s and j.job_id = %(job_id)s and j.status = 'queued'
