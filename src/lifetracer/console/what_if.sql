-- asked --
-- The last job that answered this question, and when what it is answered from was made anew.
select
    job.job_id,
    job.status,
    job.summary,
    job.error,
    job.finished_at,
    (
        select max(renewed.finished_at) from ops.job as renewed
        where renewed.stage in ('transform', 'analyze', 'pipeline') and renewed.status = 'succeeded'
    ) as renewed_at
from ops.job as job
where job.stage = 'what-if' and job.subject = %(key)s
order by job.queued_at desc, job.job_id
limit 1

-- categories --
-- The categories of the last months with their colours, the largest first.
select category_id, min(category) as category, min(category_color) as category_color
from marts.month_category
where account_id = %(account_id)s and month_start > %(today)s::date - 400
group by category_id
order by sum(actual_seconds) desc, category
limit 200
