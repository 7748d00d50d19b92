-- former_plans --
-- Where the plans of a week had lain the evening before, if not where they lie now: wall-clock seconds of that day.
select
    change.local_date,
    change.title,
    change.category,
    change.change,
    coalesce(shown.category_color, '') as category_color,
    extract(epoch from (change.before_starts_at at time zone %(zone)s) - change.local_date)::int as start_second,
    least(
        86400, extract(epoch from (change.before_ends_at at time zone %(zone)s) - change.local_date)
    )::int as end_second
from marts.plan_change as change
left join (
    select distinct on (category_id) category_id, category_color
    from marts.week_category
    where account_id = %(account_id)s and week_start = %(monday)s
) as shown on change.category_id = shown.category_id
where
    change.account_id = %(account_id)s
    and change.week_start = %(monday)s
    and change.change in ('moved', 'resized', 'removed')
    and (change.before_starts_at at time zone %(zone)s)::date = change.local_date
order by change.local_date, change.before_starts_at
limit 200
