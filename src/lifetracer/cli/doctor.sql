-- Queries of doctor.py.

-- connections --
select a.name, c.source, c.name, c.status, c.problem, c.last_success_at, last_run.waits_until
from app.connection as c
join app.account as a using (account_id)
left join lateral (
    select case when r.status = 'waiting' then (r.error ->> 'after')::timestamptz end as waits_until
    from ops.sync_run as r
    where r.account_id = c.account_id and r.connection_id = c.connection_id
    order by r.started_at desc
    limit 1
) as last_run on true
order by a.created_at, c.created_at
