-- What Targets asks. A period belongs to the range when one of its days does.

-- progress --
-- The latest period of each target; green when met, red when over and not met.
select
    name,
    progress::float8 as progress,
    case when is_met then '#2f9e54' when is_over then '#dc3a3a' else '#2387d8' end as color
from (
    select distinct on (target_id) target_id, name, progress, is_met, is_over
    from marts.target_progress
    where period_start <= $__timeTo()::date and period_end > $__timeFrom()::date
    order by target_id, period_start desc
) as latest
order by name

-- met --
select count(*) filter (where is_met)::float8 / nullif(count(*) filter (where is_over), 0) as met
from marts.target_progress
where period_start <= $__timeTo()::date and period_end > $__timeFrom()::date
    and is_over

-- streak --
select max(current_streak) as current_streak
from marts.target_streak

-- history --
-- 1 met, 0 not met, -1 still open.
select
    period_start::timestamp as time,
    name as metric,
    max(case when is_met then 1 when is_over then 0 else -1 end) as value
from marts.target_progress
where period_start <= $__timeTo()::date and period_end > $__timeFrom()::date
group by period_start, name
order by period_start, name

-- periods --
-- Each measure in its own words: hours and minutes, times of day, shares or plain numbers.
select
    period_start::timestamp as period_start,
    name,
    period,
    subject,
    case measure
        when 'duration' then to_char(make_interval(secs => reached::float8), 'FMHH24:MI')
        when 'start_time' then to_char(make_interval(secs => reached::float8), 'FMHH24:MI')
        when 'end_time' then to_char(make_interval(secs => reached::float8), 'FMHH24:MI')
        when 'share' then round(100 * reached)::text || ' %'
        else trim_scale(round(reached, 2))::text
    end as reached,
    comparison,
    case
        when measure = 'share' then round(100 * low)::text || ' %'
        when measure = 'count' then trim_scale(low)::text
        else to_char(make_interval(secs => low::float8), 'FMHH24:MI')
    end as low,
    case
        when measure = 'share' then round(100 * high)::text || ' %'
        when measure = 'count' then trim_scale(high)::text
        else to_char(make_interval(secs => high::float8), 'FMHH24:MI')
    end as high,
    progress::float8 as progress,
    case when is_met then 'met' when is_over then 'missed' else 'open' end as outcome,
    to_char(period_start, 'IYYY-"W"IW') as week
from marts.target_progress
where period_start <= $__timeTo()::date and period_end > $__timeFrom()::date
order by target_progress.period_start desc, name
limit 500

-- streaks --
select
    name,
    period,
    current_streak,
    longest_streak,
    met_periods,
    periods,
    last_met_start::timestamp as last_met_start
from marts.target_streak
order by current_streak desc, name

-- likely --
-- The latest estimate of each week and month, the greatest first; of ended ones what they came to.
select
    period_start::timestamp as period_start,
    category,
    grain,
    p10,
    p50,
    p90,
    planned_seconds,
    actual_seconds,
    case when not is_over then 'open' when actual_seconds between p10 and p90 then 'inside' else 'outside' end as outcome,
    to_char(period_start, 'IYYY-"W"IW') as week
from marts.estimate
where period_start <= $__timeTo()::date and period_end > $__timeFrom()::date
    and grain in ('week', 'month')
order by estimate.period_start desc, grain, p50 desc, category
limit 200

-- scores --
-- How good estimates turned out: made for the next period, and of days up to a week ahead.
select category, grain, ahead, estimates, loss_seconds::float8 as loss_seconds, gain::float8 as gain, coverage::float8 as coverage
from marts.estimate_score
where ahead in ('next', 'soon')
order by estimates desc, category, grain, ahead
limit 200
