-- Queries of day_types.py, in the account's transaction.

-- put --
insert into app.day_type (account_id, local_date, day_type)
values (app.current_account_id(), %(day)s, %(day_type)s)
on conflict (account_id, local_date) do update set day_type = excluded.day_type, set_at = now()

-- clear --
delete from app.day_type where local_date = %(day)s

-- is_made --
select to_regclass('marts.day_type') is not null

-- between --
-- What was said since the last transform counts at once.
select
    local_date,
    coalesce(said.day_type, case when shown.is_corrected then shown.derived_type else shown.day_type end) as day_type,
    said.day_type is not null as is_corrected,
    shown.reason_en,
    shown.reason_ja,
    coalesce(shown.is_corrected, false) <> (said.day_type is not null)
    or said.day_type is distinct from case when shown.is_corrected then shown.day_type end as is_pending
from (select * from marts.day_type where local_date between %(first)s and %(last)s) as shown
full join (select * from app.day_type where local_date between %(first)s and %(last)s) as said using (local_date)
order by local_date

-- said_between --
select local_date, day_type, true as is_corrected, null::text as reason_en, null::text as reason_ja, true as is_pending
from app.day_type
where local_date between %(first)s and %(last)s
order by local_date
