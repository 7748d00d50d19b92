-- Queries of rates.py, in the account's transaction.

-- every --
select rate_id, client_name, project_name, hourly_amount, currency, valid_from
from app.rate
order by (project_name is null), (client_name is null), client_name, project_name, valid_from

-- put --
insert into app.rate as kept (account_id, client_name, project_name, hourly_amount, currency, valid_from)
values (
    app.current_account_id(), %(client_name)s, %(project_name)s, %(hourly_amount)s, %(currency)s, %(valid_from)s
)
on conflict (account_id, client_name, project_name, valid_from) do update set
    hourly_amount = excluded.hourly_amount, currency = excluded.currency
returning rate_id, client_name, project_name, hourly_amount, currency, valid_from

-- remove --
delete from app.rate where rate_id = %(rate_id)s
