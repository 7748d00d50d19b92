-- What Plan × actual asks. Times are wall-clock times: the dashboard's clock is the person's.

-- timeline --
-- At each moment at which something begins or ends: what was planned then, and what was lived. Where several
-- planned blocks overlap, the one that began last is shown. Of a long range the last five weeks: more is no picture.
with block as (
    select
        layer,
        local_date,
        local_date::timestamp + start_second * interval '1 second' as starts,
        local_date::timestamp + end_second * interval '1 second' as ends,
        category,
        block_id
    from marts.week_block
    where local_date between greatest($__timeFrom()::date, $__timeTo()::date - 34) and $__timeTo()::date
        and busy and not all_day
),

moment as (
    select starts as at from block
    union
    select ends as at from block
)

select
    moment.at as time,
    (array_agg(block.category order by block.starts desc, block.block_id) filter (where layer = 'plan'))[1] as planned,
    (array_agg(block.category order by block.starts desc, block.block_id) filter (where layer = 'actual'))[1] as lived
from moment
left join block
    on block.local_date = moment.at::date and block.starts <= moment.at and moment.at < block.ends
group by moment.at
order by moment.at

-- colors --
select category, min(category_color) as color
from marts.week_block
where local_date between greatest($__timeFrom()::date, $__timeTo()::date - 34) and $__timeTo()::date
group by category
order by category

-- verdicts --
select
    count(*) filter (where verdict = 'done') as done,
    count(*) filter (where verdict = 'shortened') as shortened,
    count(*) filter (where verdict = 'overrun') as overrun,
    count(*) filter (where verdict = 'shifted') as shifted,
    count(*) filter (where verdict = 'replaced') as replaced,
    count(*) filter (where verdict = 'missed') as missed
from marts.plan_verdict
where local_date between $__timeFrom()::date and $__timeTo()::date
    and category_id in (${category:sqlstring})

-- categories --
select category, sum(planned_seconds) as planned_seconds, sum(actual_seconds) as actual_seconds
from marts.day_category
where local_date between $__timeFrom()::date and $__timeTo()::date
    and category_id in (${category:sqlstring})
group by category
having sum(planned_seconds + actual_seconds) > 0
order by sum(planned_seconds + actual_seconds) desc, category
limit 15

-- flow --
select from_category, to_category, sum(seconds) as seconds
from marts.time_flow
where local_date between $__timeFrom()::date and $__timeTo()::date
    and from_category_id not in ('no_plan', to_category_id)
group by from_category, to_category
having sum(seconds) >= 60
order by seconds desc, from_category, to_category
limit 20

-- blocks --
select
    local_date::timestamp as local_date,
    title,
    category,
    verdict,
    planned_seconds,
    lived_seconds,
    start_delay_seconds,
    overrun_seconds,
    replaced_by_category,
    calendar,
    to_char(local_date, 'IYYY-"W"IW') as week
from marts.plan_verdict
where local_date between $__timeFrom()::date and $__timeTo()::date
    and category_id in (${category:sqlstring})
    and verdict is not null
order by starts_at desc, occurrence_id
limit 500

-- unplanned --
select
    local_date::timestamp as local_date,
    category,
    project,
    description,
    seconds,
    to_char(local_date, 'IYYY-"W"IW') as week
from marts.entry_verdict
where local_date between $__timeFrom()::date and $__timeTo()::date
    and category_id in (${category:sqlstring})
    and verdict = 'unplanned'
order by starts_at desc, entry_id
limit 500

-- changes --
select
    local_date::timestamp as local_date,
    title,
    category,
    change,
    extract(epoch from before_ends_at - before_starts_at)::float8 as before_seconds,
    extract(epoch from ends_at - starts_at)::float8 as seconds,
    extract(epoch from starts_at - before_starts_at)::float8 as moved_seconds,
    to_char(local_date, 'IYYY-"W"IW') as week
from marts.plan_change
where local_date between $__timeFrom()::date and $__timeTo()::date
    and category_id in (${category:sqlstring})
    and change not in ('unchanged', 'unknown')
order by coalesce(starts_at, before_starts_at) desc, occurrence_id
limit 500
