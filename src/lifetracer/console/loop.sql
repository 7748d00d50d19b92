-- summed --
-- Lived and planned time of each category in one week or month.
select category_id, category, category_color, actual_seconds, planned_seconds
from marts.week_category
where
    %(grain)s = 'week' and account_id = %(account_id)s and week_start = %(first)s
    and (actual_seconds > 0 or planned_seconds > 0)
union all
select category_id, category, category_color, actual_seconds, planned_seconds
from marts.month_category
where
    %(grain)s = 'month' and account_id = %(account_id)s and month_start = %(first)s
    and (actual_seconds > 0 or planned_seconds > 0)

-- ahead --
-- What is still planned: whole days to come, and of today the plans after now, at most what the day has.
select days.category, sum(days.seconds)::int as seconds
from (
    select category, planned_seconds as seconds
    from marts.day_category
    where
        account_id = %(account_id)s and local_date > %(today)s
        and local_date >= %(first)s and local_date < %(until)s
    union all
    select day.category, least(day.planned_seconds, rest.seconds) as seconds
    from marts.day_category as day
    inner join (
        select category, sum(end_second - greatest(start_second, %(second)s::int))::int as seconds
        from marts.week_block
        where
            account_id = %(account_id)s and week_start = %(monday)s and local_date = %(today)s
            and layer = 'plan' and busy and not all_day and end_second > %(second)s
        group by category
    ) as rest on day.category = rest.category
    where
        day.account_id = %(account_id)s and day.local_date = %(today)s
        and day.local_date >= %(first)s and day.local_date < %(until)s
) as days
group by days.category

-- likely --
-- What is likely of each category, by the latest estimate.
select category_id, category, category_color, p10, p25, p50, p75, p90, made_at, lived_seconds
from marts.estimate
where account_id = %(account_id)s and grain = %(grain)s and period_start = %(first)s and p90 > 0

-- proposal --
-- The last word about the target of each category: what was agreed on, else what is proposed. A wish has its category
-- from the next transform on.
select distinct on (category_id)
    category_id, subject_name as category, category_color, name, priority, status, comparison, probability,
    probability_wished, coalesce(decided_low, low) as low, coalesce(decided_high, high) as high
from marts.target_proposal
where
    account_id = %(account_id)s and period = %(grain)s and period_start = %(first)s
    and subject = 'category' and measure = 'duration' and status in ('proposed', 'accepted', 'edited')
    and category_id is not null
order by category_id asc, status = 'proposed' asc, made_at desc

-- target --
-- The target of each category: of two the one that was agreed on. Of a period to come it is the present one, except
-- what was agreed on for one period alone, and what is over by then.
with agreed as materialized (
    select target_id from marts.target_proposal where account_id = %(account_id)s and target_id is not null
)

select distinct on (target.category_id)
    target.category_id, target.subject_name as category, target.category_color, target.target_id, target.name,
    target.priority, target.comparison, target.low, target.high,
    case when target.period_start = %(first)s then target.reached end as reached,
    case when target.period_start = %(first)s then target.is_met end as is_met
from marts.target_progress as target
where
    target.account_id = %(account_id)s and target.period = %(grain)s
    and target.period_start = least(%(first)s::date, %(present)s::date)
    and target.subject = 'category' and target.measure = 'duration'
    and (
        target.period_start = %(first)s
        or target.target_id not in (
            select agreed.target_id from agreed
            union all
            select ended.target_id from app.target as ended
            where ended.account_id = %(account_id)s and ended.valid_to <= %(first)s
        )
    )
order by
    target.category_id asc, target.target_id in (select agreed.target_id from agreed) desc, target.priority desc,
    target.name asc

-- wish --
-- What is wished of each category; of a period to come what is wished at present and not over by then.
select distinct on (category_id)
    category_id, subject_name as category, category_color, name, priority, comparison, low, high
from marts.intent_progress
where
    account_id = %(account_id)s and period = %(grain)s and period_start = least(%(first)s::date, %(present)s::date)
    and subject = 'category' and measure = 'duration'
    and (
        period_start = %(first)s
        or intent_id not in (
            select ended.intent_id from app.intent as ended
            where ended.account_id = %(account_id)s and ended.valid_to <= %(first)s
        )
    )
order by category_id asc, priority desc, name asc

-- targets --
-- Targets of this stretch of time, of every kind.
select
    target_id, name, priority, period, period_start, period_end, subject, subject_name, category_color, measure,
    comparison, low, high, reached, progress, is_over, is_met
from marts.target_progress
where
    account_id = %(account_id)s
    and case period
        when 'day' then period_start = least(%(today)s::date, %(until)s::date - 1) and period_start >= %(first)s
        when 'month' then period_start = date_trunc('month', %(first)s::date)
        else period_start >= %(first)s and period_start < %(until)s and period_end > least(%(today)s::date, %(until)s::date - 1)
    end
order by priority desc, name
limit 50

-- proposals --
-- Targets that wait for a decision, the weightiest and the soonest first; of a wish that the next transform will see,
-- nothing is said yet.
select name, subject_name, period, period_start, measure, comparison, low, high, probability
from marts.target_proposal
where account_id = %(account_id)s and status = 'proposed' and period_end > %(today)s and name is not null
order by priority desc, period_start, name
limit 50

-- slots --
-- Blocks of the latest plan proposal, if it waits for a decision.
select category, title, starts_at, ends_at, change
from marts.plan_proposal_block
where
    account_id = %(account_id)s and place = 1 and proposal_status = 'proposed' and status = 'proposed'
    and (change = 'remove' or starts_at > %(now)s)
order by starts_at, block_id
limit 50

-- sums --
-- The whole period: lived, planned, untracked, still to come.
select
    coalesce(sum(actual_seconds), 0)::int as actual_seconds,
    coalesce(sum(planned_seconds), 0)::int as planned_seconds,
    coalesce(sum(untracked_seconds), 0)::int as untracked_seconds,
    coalesce(sum(future_seconds), 0)::int as future_seconds,
    exists (select from marts.intent_progress where account_id = %(account_id)s)
    or exists (select from marts.target_progress where account_id = %(account_id)s and not is_over) as has_wishes
from marts.day
where account_id = %(account_id)s and local_date >= %(first)s and local_date < %(until)s

-- lived --
-- Whether anything was ever lived: whether there is a loop to look at.
select exists (select from marts.day where account_id = %(account_id)s and actual_seconds > 0) as lived
