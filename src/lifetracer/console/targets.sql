-- progress --
-- The latest periods of each target that is in force or was lately, the latest first.
select
    target_id, name, priority, period, period_start, period_end, subject, subject_name, category_color, measure,
    comparison, low, high, reached, progress, is_over, is_met
from marts.target_progress
where
    account_id = %(account_id)s
    and period_start <= %(today)s
    and period_start > %(today)s::date - case period when 'day' then 28 when 'week' then 112 else 366 end
order by target_id, period_start desc

-- streaks --
-- How many periods in a row each target was met.
select target_id, current_streak, longest_streak, met_periods, periods
from marts.target_streak
where account_id = %(account_id)s
