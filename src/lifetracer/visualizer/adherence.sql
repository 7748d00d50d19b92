-- What Adherence asks. A week belongs to the range when one of its days does.

-- weeks --
select week_start::timestamp as time, adherence::float8 as adherence
from marts.week_adherence
where week_start between $__timeFrom()::date - 6 and $__timeTo()::date
order by week_start

-- bias --
select week_start::timestamp as time, planning_bias::float8 as planning_bias
from marts.week_adherence
where week_start between $__timeFrom()::date - 6 and $__timeTo()::date
order by week_start

-- delay --
select week_start::timestamp as time, median_start_delay_seconds::float8 as median_start_delay_seconds
from marts.week_adherence
where week_start between $__timeFrom()::date - 6 and $__timeTo()::date
order by week_start

-- unplanned --
select week_start::timestamp as time, unplanned_seconds
from marts.week_adherence
where week_start between $__timeFrom()::date - 6 and $__timeTo()::date
order by week_start

-- blocks --
select
    week_start::timestamp as time,
    done_blocks,
    shortened_blocks,
    overrun_blocks,
    shifted_blocks,
    replaced_blocks,
    missed_blocks
from marts.week_adherence
where week_start between $__timeFrom()::date - 6 and $__timeTo()::date
order by week_start

-- days --
select local_date::timestamp as time, adherence::float8 as adherence
from marts.day_adherence
where local_date between $__timeFrom()::date and $__timeTo()::date
order by local_date

-- categories --
select week_start::timestamp as time, category as metric, adherence::float8 as value
from marts.week_category_adherence
where week_start between $__timeFrom()::date - 6 and $__timeTo()::date
    and category_id in (${category:sqlstring})
    and adherence is not null
order by week_start, category

-- category_weeks --
select
    to_char(week_start, 'IYYY-"W"IW') as week,
    category,
    planned_blocks,
    done_blocks,
    missed_blocks,
    planned_seconds,
    lived_seconds,
    unplanned_seconds,
    adherence::float8 as adherence,
    planning_bias::float8 as planning_bias,
    median_start_delay_seconds::float8 as median_start_delay_seconds
from marts.week_category_adherence
where week_start between $__timeFrom()::date - 6 and $__timeTo()::date
    and category_id in (${category:sqlstring})
order by week_start desc, planned_seconds desc, category
limit 500
