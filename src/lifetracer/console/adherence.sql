-- weeks --
-- What became of the plans, week by week.
select * from marts.week_adherence
where account_id = %(account_id)s and week_start >= %(first)s and week_start < %(until)s
order by week_start

-- categories --
-- What became of the plans of one week in each category, what was asked for most first.
select * from marts.week_category_adherence
where account_id = %(account_id)s and week_start = %(monday)s
order by planned_seconds desc, unplanned_seconds desc, category

-- flow --
-- Where the planned time of one week went.
select
    from_category_id as from_id, min(from_category) as from_name, min(from_color) as from_color,
    to_category_id as to_id, min(to_category) as to_name, min(to_color) as to_color, sum(seconds) as seconds
from marts.time_flow
where account_id = %(account_id)s and week_start = %(monday)s
group by from_category_id, to_category_id
having sum(seconds) >= 1
