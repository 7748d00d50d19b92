-- day --
-- What was lived and planned of each category, day by day.
select local_date as start, category, category_color, actual_seconds, planned_seconds
from marts.day_category
where
    account_id = %(account_id)s and local_date >= %(first)s and local_date < %(until)s
    and (%(category)s = '' or category = %(category)s)

-- week --
-- The same week by week.
select week_start as start, category, category_color, actual_seconds, planned_seconds
from marts.week_category
where
    account_id = %(account_id)s and week_start >= %(first)s and week_start < %(until)s
    and (%(category)s = '' or category = %(category)s)

-- month --
-- The same month by month.
select month_start as start, category, category_color, actual_seconds, planned_seconds
from marts.month_category
where
    account_id = %(account_id)s and month_start >= %(first)s and month_start < %(until)s
    and (%(category)s = '' or category = %(category)s)

-- estimates --
-- What is likely of the periods that are not over.
select
    category, category_color, period_start, p10, p25, p50, p75, p90, lived_seconds, planned_seconds, method, reasons, made_at
from marts.estimate
where
    account_id = %(account_id)s and grain = %(grain)s
    and period_start >= %(present)s and period_start < %(until)s
    and (%(category)s = '' or category = %(category)s)
order by period_start, p50 desc, category

-- choices --
-- Who answers for each category, and why.
select category, category_color, method, baseline, known_days, gain, codes
from marts.estimate_choice
where account_id = %(account_id)s and (%(category)s = '' or category = %(category)s)
order by category

-- scores --
-- How good former estimates were, from those made shortly before.
select
    category, category_color, ahead, estimates, loss_seconds, baseline_loss_seconds, gain, coverage, bias_seconds,
    model_share, drift
from marts.estimate_score
where
    account_id = %(account_id)s and grain = %(grain)s
    and (%(category)s = '' or category = %(category)s)
    and (%(category)s <> '' or ahead = 'next')
order by category, array_position(array['open', 'next', 'soon', 'later'], ahead)

-- insights --
-- What was noticed and still holds, the newest kind of news first.
select
    kind, category, category_color, other_category, begins_on, ends_on, effect, p_value, details
from marts.insight
where
    account_id = %(account_id)s and (%(category)s = '' or %(category)s in (category, other_category))
order by array_position(array['anomaly', 'change_point', 'planning_fallacy', 'correlation'], kind), p_value, insight_id
limit 40
