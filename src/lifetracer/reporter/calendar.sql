-- Queries of calendar.py.

-- account --
select
    time_zone, language,
    to_regclass('marts.entry_verdict') is not null and to_regclass('core.dim_account') is not null as made
from app.account
where account_id = (select app.current_account_id())

-- as_of --
-- The present of the last transform.
select as_of
from core.dim_account
where account_id = %(account_id)s

-- entries --
-- What happened since a day; what still runs is not over and not told yet.
select entry_id, category, category_color, project, description, starts_at, ends_at, verdict
from marts.entry_verdict
where account_id = %(account_id)s and local_date >= %(first)s and ends_at > starts_at and verdict is not null
order by starts_at, ends_at, entry_id
