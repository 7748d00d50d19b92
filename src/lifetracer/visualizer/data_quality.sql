-- What Data quality asks. What is about a source lies on the day of the last transform.

-- problems --
select count(*) as problems
from marts.data_quality
where severity = 'problem'
    and local_date between $__timeFrom()::date and $__timeTo()::date

-- warnings --
select count(*) as warnings
from marts.data_quality
where severity = 'warning'
    and local_date between $__timeFrom()::date and $__timeTo()::date

-- hints --
select count(*) as hints
from marts.data_quality
where severity = 'info'
    and local_date between $__timeFrom()::date and $__timeTo()::date

-- tracked --
select sum(actual_seconds + joined_seconds)::float8 / nullif(sum(day_seconds - future_seconds), 0) as tracked
from marts.day
where local_date between $__timeFrom()::date and $__timeTo()::date

-- weeks --
select
    week_start::timestamp as time,
    count(*) filter (where severity = 'problem') as problems,
    count(*) filter (where severity = 'warning') as warnings,
    count(*) filter (where severity = 'info') as hints
from marts.data_quality
where local_date between $__timeFrom()::date and $__timeTo()::date
group by week_start
order by week_start

-- untracked --
select local_date::timestamp as time, untracked_seconds
from marts.day
where local_date between $__timeFrom()::date and $__timeTo()::date
order by local_date

-- overlaps --
-- What the entries say in sum, against the time that passed: where they differ, entries overlap.
select local_date::timestamp as time, greatest(recorded_seconds - actual_seconds, 0) as overlapping_seconds
from marts.day
where local_date between $__timeFrom()::date and $__timeTo()::date
order by local_date

-- findings --
select
    severity,
    local_date::timestamp as local_date,
    message_en,
    message_ja,
    remedy_en,
    remedy_ja,
    subject,
    seconds,
    case when link like '/%' then ${console:sqlstring} else '' end || link as link
from marts.data_quality
where local_date between $__timeFrom()::date and $__timeTo()::date
order by
    case severity when 'problem' then 1 when 'warning' then 2 else 3 end,
    data_quality.local_date desc,
    finding_id
limit 500
