-- What the Overview asks. Dates are the person's local days; the range of the picker names days, not instants.

-- planned --
select coalesce(sum(planned_seconds), 0) as planned_seconds
from marts.day
where local_date between $__timeFrom()::date and $__timeTo()::date

-- lived --
select coalesce(sum(actual_seconds), 0) as actual_seconds
from marts.day
where local_date between $__timeFrom()::date and $__timeTo()::date

-- kept --
select sum(kept_seconds)::float8 / nullif(sum(planned_seconds), 0) as kept
from marts.day
where local_date between $__timeFrom()::date and $__timeTo()::date

-- tracked --
select sum(actual_seconds + joined_seconds)::float8 / nullif(sum(day_seconds - future_seconds), 0) as tracked
from marts.day
where local_date between $__timeFrom()::date and $__timeTo()::date

-- untracked --
select coalesce(sum(untracked_seconds), 0) as untracked_seconds
from marts.day
where local_date between $__timeFrom()::date and $__timeTo()::date

-- focus --
select max(longest_focus_seconds) as longest_focus_seconds
from marts.work_life
where local_date between $__timeFrom()::date and $__timeTo()::date

-- category_days --
select local_date::timestamp as time, category as metric, sum(actual_seconds) as value
from marts.day_category
where local_date between $__timeFrom()::date and $__timeTo()::date
    and category_id in (${category:sqlstring})
group by local_date, category
order by local_date, category

-- days --
select local_date::timestamp as time, planned_seconds, actual_seconds
from marts.day
where local_date between $__timeFrom()::date and $__timeTo()::date
order by local_date

-- category_totals --
select category, category_color as color, sum(actual_seconds) as actual_seconds
from marts.day_category
where local_date between $__timeFrom()::date and $__timeTo()::date
    and category_id in (${category:sqlstring})
group by category, category_color
having sum(actual_seconds) > 0
order by actual_seconds desc, category
limit 20

-- hours --
with cell as (
    select local_date, hour, sum(actual_seconds) as seconds
    from marts.hour_category
    where local_date between $__timeFrom()::date and $__timeTo()::date
        and category_id in (${category:sqlstring})
    group by local_date, hour
)

select day.local_date::timestamp as time, lpad(grid.hour::text, 2, '0') as metric, coalesce(cell.seconds, 0) as value
from marts.day as day
cross join generate_series(0, 23) as grid (hour)
left join cell on day.local_date = cell.local_date and grid.hour = cell.hour
where day.local_date between $__timeFrom()::date and $__timeTo()::date
order by day.local_date, grid.hour

-- day_types --
select local_date::timestamp as time, day_type
from marts.day_type
where local_date between $__timeFrom()::date and $__timeTo()::date
order by local_date

-- working_day --
select local_date::timestamp as time, first_start_second, last_stop_second
from marts.work_life
where local_date between $__timeFrom()::date and $__timeTo()::date
order by local_date

-- focus_days --
select local_date::timestamp as time, work_seconds, longest_focus_seconds
from marts.work_life
where local_date between $__timeFrom()::date and $__timeTo()::date
order by local_date

-- projects --
select
    client,
    project,
    category,
    sum(entries) as entries,
    sum(actual_seconds) as actual_seconds,
    sum(billable_seconds) as billable_seconds,
    max(local_date)::timestamp as last_day,
    to_char(max(local_date), 'IYYY-"W"IW') as week
from marts.day_project
where local_date between $__timeFrom()::date and $__timeTo()::date
    and category_id in (${category:sqlstring})
group by client, project, category
order by actual_seconds desc, project
limit 200

-- billing --
select
    to_char(month_start, 'YYYY-MM') as month,
    client,
    project,
    billable_seconds,
    unrated_seconds,
    amount::float8 as amount,
    currency
from marts.billable_client
where month_start between date_trunc('month', $__timeFrom()::date) and $__timeTo()::date
order by month_start desc, client, project
