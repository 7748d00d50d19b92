-- spent_category --
-- Lived and planned time of each category, by the day, the week or the month; two of the three branches fall away.
select start, category as key, category as name, category_color as color, actual_seconds as seconds, planned_seconds
from (
    select 'day' as grain, account_id, local_date as start, category, category_color, actual_seconds, planned_seconds
    from marts.day_category
    union all
    select 'week', account_id, week_start, category, category_color, actual_seconds, planned_seconds
    from marts.week_category
    union all
    select 'month', account_id, month_start, category, category_color, actual_seconds, planned_seconds
    from marts.month_category
) as spent
where
    grain = %(grain)s and account_id = %(account_id)s and start >= %(first)s and start < %(until)s
    and (%(only)s = '' or category = %(only)s)
order by start, category

-- spent_project --
-- Lived time of each project, likewise; a project may lie in several categories.
select start, key, project as name, min(project_color) as color, sum(actual_seconds)::bigint as seconds
from (
    select 'day' as grain, account_id, local_date as start, coalesce(client || ' / ', '') || project as key, project,
        project_color, actual_seconds
    from marts.day_project
    union all
    select 'week', account_id, week_start, coalesce(client || ' / ', '') || project, project, project_color, actual_seconds
    from marts.week_project
    union all
    select 'month', account_id, month_start, coalesce(client || ' / ', '') || project, project, project_color, actual_seconds
    from marts.month_project
) as spent
where
    grain = %(grain)s and account_id = %(account_id)s and start >= %(first)s and start < %(until)s
    and (%(only)s = '' or key = %(only)s)
group by start, key, project
order by start, project

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
