-- Queries of facts.py. Periods are local days, first and last included.

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

-- has_estimates --
-- Whether anything is estimated here.
select to_regclass('marts.estimate') is not null as made

-- totals --
-- The period as a whole.
select
    count(*)::int as days,
    coalesce(sum(day_seconds), 0)::int as day_seconds,
    coalesce(sum(planned_seconds), 0)::int as planned_seconds,
    coalesce(sum(actual_seconds), 0)::int as actual_seconds,
    coalesce(sum(kept_seconds), 0)::int as kept_seconds,
    coalesce(sum(untracked_seconds), 0)::int as untracked_seconds,
    coalesce(sum(future_seconds), 0)::int as future_seconds
from marts.day
where account_id = %(account_id)s and local_date between %(first)s and %(last)s

-- verdicts --
-- What became of the plans that began in the period.
select
    coalesce(sum(planned_blocks), 0)::int as planned_blocks,
    coalesce(sum(done_blocks), 0)::int as done,
    coalesce(sum(shortened_blocks), 0)::int as shortened,
    coalesce(sum(overrun_blocks), 0)::int as overrun,
    coalesce(sum(shifted_blocks), 0)::int as shifted,
    coalesce(sum(replaced_blocks), 0)::int as replaced,
    coalesce(sum(missed_blocks), 0)::int as missed,
    coalesce(sum(unplanned_seconds), 0)::int as unplanned_seconds,
    round(sum(kept_seconds)::numeric / nullif(sum(planned_seconds), 0), 4) as adherence
from marts.day_adherence
where account_id = %(account_id)s and local_date between %(first)s and %(last)s

-- categories --
-- The period by category, with what is planned for the next one; the largest first.
with this as (
    select
        category_id,
        max(category) as category,
        max(category_color) as category_color,
        sum(planned_seconds)::int as planned_seconds,
        sum(actual_seconds)::int as actual_seconds
    from marts.day_category
    where account_id = %(account_id)s and local_date between %(first)s and %(last)s
    group by category_id
), following as (
    select
        category_id,
        max(category) as category,
        max(category_color) as category_color,
        sum(planned_seconds)::int as planned_seconds
    from marts.day_category
    where account_id = %(account_id)s and local_date between %(next_first)s and %(next_last)s and planned_seconds > 0
    group by category_id
)
select
    category_id,
    coalesce(this.category, following.category) as category,
    coalesce(this.category_color, following.category_color) as category_color,
    coalesce(this.planned_seconds, 0) as planned_seconds,
    coalesce(this.actual_seconds, 0) as actual_seconds,
    coalesce(following.planned_seconds, 0) as next_planned_seconds
from this
full join following using (category_id)
order by
    greatest(this.planned_seconds, this.actual_seconds, 0) desc, following.planned_seconds desc nulls last, category_id

-- estimates --
-- What is likely of the next period, by category.
select category_id, p10, p50, p90
from marts.estimate
where account_id = %(account_id)s and grain = %(kind)s and period_start = %(next_first)s

-- targets --
-- The targets of the period and what was reached.
select
    target_id, name, category_id, category_color, measure, comparison, period, low, high, reached, progress, is_over,
    is_met
from marts.target_progress
where account_id = %(account_id)s and period = %(kind)s and period_start = %(first)s
order by priority desc, name, target_id

-- trend --
-- Adherence of this period and those before it; periods without plans are missing.
with summed as (
    select
        date_trunc(%(kind)s, local_date)::date as period_start,
        sum(planned_seconds) as planned_seconds,
        sum(kept_seconds) as kept_seconds
    from marts.day_adherence
    where account_id = %(account_id)s
        and local_date >= %(first)s::date - (%(trend)s::int - 1) * ('1 ' || %(kind)s)::interval
        and local_date <= %(last)s
    group by 1
)
select period_start, round(kept_seconds::numeric / nullif(planned_seconds, 0), 4) as adherence
from summed
order by period_start

-- flow --
-- Where planned time went; beside the nine largest of each side the rest is one.
with way as (
    select
        from_category_id as from_id,
        max(from_category) as from_name,
        max(from_color) as from_color,
        to_category_id as to_id,
        max(to_category) as to_name,
        max(to_color) as to_color,
        sum(seconds) as seconds
    from marts.time_flow
    where account_id = %(account_id)s and local_date between %(first)s and %(last)s and from_category_id <> 'no_plan'
    group by from_category_id, to_category_id
), of_from as (
    select from_id, row_number() over (order by sum(seconds) desc, from_id) <= 9 as is_shown
    from way
    group by from_id
), of_to as (
    select to_id, row_number() over (order by sum(seconds) desc, to_id) <= 9 as is_shown
    from way
    group by to_id
), named as (
    select
        case when of_from.is_shown then from_id else 'others' end as from_id,
        case when of_from.is_shown then from_name else '' end as from_name,
        case when of_from.is_shown then from_color else '#9aa0a6' end as from_color,
        case when of_to.is_shown then to_id else 'others' end as to_id,
        case when of_to.is_shown then to_name else '' end as to_name,
        case when of_to.is_shown then to_color else '#9aa0a6' end as to_color,
        seconds
    from way
    inner join of_from using (from_id)
    inner join of_to using (to_id)
)
select
    from_id, from_name, from_color, to_id, to_name, to_color,
    sum(seconds) as seconds,
    sum(sum(seconds)) over (partition by from_id) as from_seconds,
    sum(sum(seconds)) over (partition by to_id) as to_seconds
from named
group by from_id, from_name, from_color, to_id, to_name, to_color
having sum(seconds) >= 60
order by from_seconds desc, from_id, to_seconds desc, to_id

-- days --
-- The period's days: what kind each was, and how the work went.
select
    day.local_date, day.planned_seconds, day.actual_seconds, day.kept_seconds, day.untracked_seconds,
    type.day_type, type.reason_en, type.reason_ja, type.holiday, type.holiday_en,
    work.first_start_second, work.last_stop_second, work.work_seconds, work.longest_focus_seconds, work.switches
from marts.day as day
left join marts.day_type as type on type.account_id = day.account_id and type.local_date = day.local_date
left join marts.work_life as work on work.account_id = day.account_id and work.local_date = day.local_date
where day.account_id = %(account_id)s and day.local_date between %(first)s and %(last)s
order by day.local_date

-- findings --
-- What is odd about the period's data, the worst first.
select severity, message_en, message_ja, remedy_en, remedy_ja, count(*) over ()::int as number
from marts.data_quality
where account_id = %(account_id)s and local_date between %(first)s and %(last)s
order by array_position(array['problem', 'warning', 'info'], severity), local_date, finding_id
limit 12
