-- account --
-- Who the report is for, what day it is there, and whether the marts were ever made.
select
    name, time_zone, language, (now() at time zone time_zone)::date as today,
    to_regclass('marts.week_block') is not null as made
from app.account
where account_id = (select app.current_account_id())

-- freshness --
-- When each source was last read.
select source, name, last_success_at
from app.connection
order by source, name
