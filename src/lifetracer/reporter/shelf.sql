-- Queries of shelf.py.

-- put --
insert into app.report as r (
    account_id, name, kind, period, period_start, period_end, language, paper, parameters, place, size, sha256
)
values (
    %(account_id)s, %(name)s, %(kind)s, %(period)s, %(period_start)s, %(period_end)s, %(language)s, %(paper)s,
    %(parameters)s, %(place)s, %(size)s, %(sha256)s
)
on conflict (account_id, name) do update set
    parameters = excluded.parameters, place = excluded.place, size = excluded.size, sha256 = excluded.sha256,
    made_at = now()

-- every --
select
    report_id, name, kind, period, period_start, period_end, language, paper, parameters, place, size, sha256, made_at
from app.report
where account_id = (select app.current_account_id())
order by made_at desc, name

-- find --
select
    report_id, name, kind, period, period_start, period_end, language, paper, parameters, place, size, sha256, made_at
from app.report
where account_id = (select app.current_account_id()) and name = %(name)s

-- remove --
delete from app.report
where account_id = (select app.current_account_id()) and name = %(name)s
