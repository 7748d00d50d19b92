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

-- wished --
-- How the latest periods of each wish went, the latest first: what was wished, agreed on and reached.
select
    intent_id, period, period_start, measure, comparison, low, high, reached, is_over, is_met, status, target_low,
    target_high, is_target_met
from marts.intent_progress
where account_id = %(account_id)s and period_start <= %(today)s and period_start > %(today)s::date - 366
order by intent_id, period_start desc

-- decided --
-- What was decided about proposals, and how it came out, the latest first.
select
    name, period, period_start, measure, comparison, low, high, probability, status, decided_at, decided_low,
    decided_high, reached, is_over, is_met
from marts.target_proposal
where account_id = %(account_id)s and decided_at is not null and period_start > %(today)s::date - 366
order by decided_at desc, proposal_id
limit 60

-- categories --
-- The categories of the last months with their colours, the largest first.
select category_id, min(category) as category, min(category_color) as category_color
from marts.month_category
where account_id = %(account_id)s and month_start > %(today)s::date - 400
group by category_id
order by sum(actual_seconds) desc, category
limit 200
