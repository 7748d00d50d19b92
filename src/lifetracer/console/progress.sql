-- Queries of progress.py, in the visitor's own transaction.

-- follower --
-- The transform that shows what a job brought.
select job_id from ops.job
where stage = 'transform' and queued_at >= %(since)s
order by queued_at desc
limit 1

-- counts --
select
    count(*) filter (where layer = 'actual') as actual,
    count(*) filter (where layer = 'plan') as plan,
    max(local_date) filter (where layer = 'actual') as latest
from marts.week_block
