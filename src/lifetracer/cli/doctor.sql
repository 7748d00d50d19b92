-- Queries of doctor.py.

-- connections --
select a.name, c.source, c.name, c.status, c.problem, c.last_success_at
from app.connection as c
join app.account as a using (account_id)
order by a.created_at, c.created_at
