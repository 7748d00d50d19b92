-- Queries of audit.py.

-- note --
insert into ops.audit (account_id, who, ip, action, subject, details)
values (app.current_account_id(), %(who)s, %(ip)s, %(action)s, %(subject)s, %(details)s)

-- recent --
select audit_id, at, who, ip, action, subject, details
from ops.audit
where %(before)s::bigint is null or audit_id < %(before)s
order by audit_id desc
limit %(limit)s

-- forget --
delete from ops.audit where at < now() - %(days)s * interval '1 day'
