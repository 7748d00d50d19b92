-- lived --
-- Whether anything was ever lived: whether there is a loop to look at.
select exists (select from marts.day where account_id = %(account_id)s and actual_seconds > 0) as lived

-- rows --
-- Each category in one week or month: lived, planned, still planned, likely, wanted, proposed and wished.
-- Of a period to come, what is wanted is what is wanted at present, except what was agreed on for one period alone.
with summed as (
    select category_id, category, category_color, actual_seconds, planned_seconds
    from marts.week_category
    where %(grain)s = 'week' and account_id = %(account_id)s and week_start = %(first)s
    union all
    select category_id, category, category_color, actual_seconds, planned_seconds
    from marts.month_category
    where %(grain)s = 'month' and account_id = %(account_id)s and month_start = %(first)s
),

-- What is still planned: whole days to come, and of today the plans after now, at most what the day has.
ahead as (
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
),

likely as (
    select category_id, category, category_color, p10, p25, p50, p75, p90, made_at, lived_seconds
    from marts.estimate
    where account_id = %(account_id)s and grain = %(grain)s and period_start = %(first)s
),

proposed as (
    select distinct on (category_id) *
    from marts.target_proposal
    where
        account_id = %(account_id)s and period = %(grain)s and period_start = %(first)s
        and subject = 'category' and measure = 'duration' and status in ('proposed', 'accepted', 'edited')
    order by category_id asc, status = 'proposed' asc, made_at desc
),

wanted as (
    select distinct on (category_id) *
    from marts.target_progress as target
    where
        account_id = %(account_id)s and period = %(grain)s and period_start = least(%(first)s, %(present)s)
        and subject = 'category' and measure = 'duration'
        and (
            period_start = %(first)s
            or not exists (
                select from marts.target_proposal as made
                where made.account_id = %(account_id)s and made.target_id = target.target_id
            )
        )
    order by
        category_id asc,
        -- of two the one that was agreed on
        exists (
            select from marts.target_proposal as made
            where made.account_id = %(account_id)s and made.target_id = target.target_id
        ) desc,
        priority desc, name asc
),

wished as (
    select distinct on (category_id) *
    from marts.intent_progress
    where
        account_id = %(account_id)s and period = %(grain)s and period_start = least(%(first)s, %(present)s)
        and subject = 'category' and measure = 'duration'
    order by category_id asc, priority desc, name asc
),

known as (
    select category_id, category, category_color from summed
    union
    select category_id, category, category_color from likely
    union
    select category_id, subject_name as category, category_color from wanted
    union
    select category_id, subject_name as category, category_color from proposed
    union
    select category_id, subject_name as category, category_color from wished
),

named as (
    select category_id, min(category) as category, min(category_color) as category_color
    from known
    group by category_id
)

select
    named.category_id,
    coalesce(named.category, '') as category,
    coalesce(named.category_color, '') as category_color,
    coalesce(summed.actual_seconds, 0) as actual_seconds,
    coalesce(summed.planned_seconds, 0) as planned_seconds,
    coalesce(ahead.seconds, 0) as ahead_seconds,
    likely.p10,
    likely.p25,
    likely.p50,
    likely.p75,
    likely.p90,
    likely.made_at,
    likely.lived_seconds,
    wanted.target_id,
    wanted.name as target_name,
    wanted.comparison as target_comparison,
    wanted.low as target_low,
    wanted.high as target_high,
    case when wanted.period_start = %(first)s then wanted.reached end as target_reached,
    case when wanted.period_start = %(first)s then wanted.is_met end as target_is_met,
    proposed.name as proposal_name,
    proposed.status as proposal_status,
    proposed.comparison as proposal_comparison,
    coalesce(proposed.decided_low, proposed.low) as proposal_low,
    coalesce(proposed.decided_high, proposed.high) as proposal_high,
    proposed.probability as proposal_probability,
    wished.name as wish_name,
    wished.comparison as wish_comparison,
    wished.low as wish_low,
    wished.high as wish_high,
    proposed.probability_wished as wish_probability,
    coalesce(wanted.priority, proposed.priority, wished.priority, 0) as priority
from named
left join summed on named.category_id = summed.category_id
left join likely on named.category_id = likely.category_id
left join ahead on named.category = ahead.category
left join wanted on named.category_id = wanted.category_id
left join proposed on named.category_id = proposed.category_id
left join wished on named.category_id = wished.category_id
where
    summed.actual_seconds > 0 or summed.planned_seconds > 0 or likely.p90 > 0
    or wanted.category_id is not null or proposed.category_id is not null or wished.category_id is not null
order by
    greatest(summed.actual_seconds, summed.planned_seconds, likely.p50) desc nulls last, named.category

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
-- Targets that wait for a decision, the weightiest and the soonest first.
select name, subject_name, period, period_start, measure, comparison, low, high, probability
from marts.target_proposal
where account_id = %(account_id)s and status = 'proposed' and period_end > %(today)s
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
