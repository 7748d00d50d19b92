-- day_category --
-- Lived and planned time of each category, day by day.
select local_date as start, category as key, category as name, category_color as color,
    actual_seconds as seconds, planned_seconds
from marts.day_category
where
    account_id = %(account_id)s and local_date >= %(first)s and local_date < %(until)s
    and (%(only)s = '' or category = %(only)s)
order by local_date, category

-- day_project --
-- Lived time of each project, day by day; a project may lie in several categories.
select local_date as start, coalesce(client || ' / ', '') || project as key, project as name, min(project_color) as color,
    sum(actual_seconds)::bigint as seconds
from marts.day_project
where
    account_id = %(account_id)s and local_date >= %(first)s and local_date < %(until)s
    and (%(only)s = '' or coalesce(client || ' / ', '') || project = %(only)s)
group by local_date, client, project
order by local_date, project

-- week_category --
-- Lived and planned time of each category, week by week.
select week_start as start, category as key, category as name, category_color as color,
    actual_seconds as seconds, planned_seconds
from marts.week_category
where
    account_id = %(account_id)s and week_start >= %(first)s and week_start < %(until)s
    and (%(only)s = '' or category = %(only)s)
order by week_start, category

-- week_project --
-- Lived time of each project, week by week; a project may lie in several categories.
select week_start as start, coalesce(client || ' / ', '') || project as key, project as name, min(project_color) as color,
    sum(actual_seconds)::bigint as seconds
from marts.week_project
where
    account_id = %(account_id)s and week_start >= %(first)s and week_start < %(until)s
    and (%(only)s = '' or coalesce(client || ' / ', '') || project = %(only)s)
group by week_start, client, project
order by week_start, project

-- month_category --
-- Lived and planned time of each category, month by month.
select month_start as start, category as key, category as name, category_color as color,
    actual_seconds as seconds, planned_seconds
from marts.month_category
where
    account_id = %(account_id)s and month_start >= %(first)s and month_start < %(until)s
    and (%(only)s = '' or category = %(only)s)
order by month_start, category

-- month_project --
-- Lived time of each project, month by month; a project may lie in several categories.
select month_start as start, coalesce(client || ' / ', '') || project as key, project as name, min(project_color) as color,
    sum(actual_seconds)::bigint as seconds
from marts.month_project
where
    account_id = %(account_id)s and month_start >= %(first)s and month_start < %(until)s
    and (%(only)s = '' or coalesce(client || ' / ', '') || project = %(only)s)
group by month_start, client, project
order by month_start, project

-- change_category --
-- Each category's days of a stretch of time beside those of another, the greatest change first.
select category as key, category as name, min(category_color) as color,
    coalesce(sum(actual_seconds) filter (where local_date >= %(first)s), 0)::bigint as seconds,
    coalesce(sum(actual_seconds) filter (where local_date < %(former_until)s), 0)::bigint as former_seconds
from marts.day_category
where
    account_id = %(account_id)s and (%(only)s = '' or category = %(only)s)
    and (local_date >= %(first)s and local_date < %(until)s or local_date >= %(former)s and local_date < %(former_until)s)
group by category
having sum(actual_seconds) > 0
order by abs(
    coalesce(sum(actual_seconds) filter (where local_date >= %(first)s), 0)
    - coalesce(sum(actual_seconds) filter (where local_date < %(former_until)s), 0)
) desc, category

-- change_project --
-- Each project's days of a stretch of time beside those of another, the greatest change first.
select coalesce(client || ' / ', '') || project as key, project as name, min(project_color) as color,
    coalesce(sum(actual_seconds) filter (where local_date >= %(first)s), 0)::bigint as seconds,
    coalesce(sum(actual_seconds) filter (where local_date < %(former_until)s), 0)::bigint as former_seconds
from marts.day_project
where
    account_id = %(account_id)s and (%(only)s = '' or coalesce(client || ' / ', '') || project = %(only)s)
    and (local_date >= %(first)s and local_date < %(until)s or local_date >= %(former)s and local_date < %(former_until)s)
group by client, project
having sum(actual_seconds) > 0
order by abs(
    coalesce(sum(actual_seconds) filter (where local_date >= %(first)s), 0)
    - coalesce(sum(actual_seconds) filter (where local_date < %(former_until)s), 0)
) desc, project

-- hours --
-- Lived time by weekday and hour of the day.
select weekday, hour, sum(actual_seconds)::bigint as seconds
from marts.hour_category
where
    account_id = %(account_id)s and local_date >= %(first)s and local_date < %(until)s
    and (%(only)s = '' or category = %(only)s)
group by weekday, hour
