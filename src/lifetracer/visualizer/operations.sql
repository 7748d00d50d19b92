-- What Operations asks: the state now, whatever range the picker shows.

-- stale --
select count(*) filter (where is_stale) as stale
from marts.freshness

-- age --
-- Of the source that was read longest ago.
select extract(epoch from now() - min(last_success_at))::float8 as age_seconds
from marts.freshness

-- quota_left --
select min(quota_remaining::float8 / nullif(quota_total, 0)) as quota_left
from marts.freshness
where quota_resets_at is null or quota_resets_at > now()

-- last_day --
-- How many days ago the last day with an entry was.
select extract(epoch from now() - max(local_date)::timestamptz)::float8 as since_seconds
from marts.day
where actual_seconds > 0

-- sources --
select
    source,
    connection,
    status,
    problem,
    is_stale::int as is_stale,
    last_success_at,
    last_change_at,
    quota_remaining,
    quota_total,
    quota_resets_at
from marts.freshness
order by source, connection

-- quotas --
select
    connection as name,
    case when quota_resets_at <= now() then 1 else quota_remaining::float8 / nullif(quota_total, 0) end as quota_left
from marts.freshness
where quota_total is not null
order by connection

-- findings --
-- Of the four weeks up to the last transform.
select kind, severity, count(*) as findings
from marts.data_quality
where local_date > (select max(day.local_date) from marts.day as day where day.future_seconds < day.day_seconds) - 28
group by kind, severity
order by case severity when 'problem' then 1 when 'warning' then 2 else 3 end, findings desc, kind
