-- Queries of vacations.py, in the account's transaction.

-- every --
select vacation_id, name, begins_on, ends_on
from app.vacation
where %(since)s::date is null or ends_on > %(since)s
order by begins_on, ends_on, name

-- add --
with known as (
    select vacation_id, name, begins_on, ends_on
    from app.vacation
    where name = %(name)s and begins_on = %(begins_on)s and ends_on = %(ends_on)s
),

added as (
    insert into app.vacation (account_id, name, begins_on, ends_on)
    select app.current_account_id(), %(name)s, %(begins_on)s, %(ends_on)s
    where not exists (select from known)
    returning vacation_id, name, begins_on, ends_on
)

select * from known
union all
select * from added
limit 1

-- end --
update app.vacation set ends_on = least(ends_on, %(on)s) where vacation_id = %(vacation_id)s

-- remove --
delete from app.vacation where vacation_id = %(vacation_id)s

-- ambition --
select probability::float as probability, carry_over, sleep_seconds, reserve_seconds
from app.adjuster_setting
where account_id = app.current_account_id()

-- put_ambition --
insert into app.adjuster_setting (account_id, probability, carry_over, sleep_seconds, reserve_seconds)
values (app.current_account_id(), %(probability)s, %(carry_over)s, %(sleep_seconds)s, %(reserve_seconds)s)
on conflict (account_id) do update set
    probability = excluded.probability, carry_over = excluded.carry_over, sleep_seconds = excluded.sleep_seconds,
    reserve_seconds = excluded.reserve_seconds, changed_at = now()
