-- is_made --
-- Whether there is anything to learn from.
select to_regclass('core.fct_entry') is not null and to_regclass('core.title_category') is not null

-- known --
-- Texts of entries with the category that most of them have, in the order of their first use; the latest 4000.
with used as (
    select
        app.name_key(description) as words,
        category_id,
        count(*) as entries,
        min(starts_at) as first_at,
        (array_agg(
            (extract(isodow from starts_at at time zone time_zone) - 1)::int * 24
            + extract(hour from starts_at at time zone time_zone)::int
            order by starts_at desc
        ))[1:50] as hours
    from core.fct_entry
    where description is not null and starts_at is not null and category_id <> app.category_id('No project')
    group by 1, 2
),

usual as (
    select distinct on (words)
        words,
        category_id,
        hours,
        min(first_at) over (partition by words) as first_at
    from used
    where words <> ''
    order by words asc, entries desc, category_id asc
),

-- … and titles whose category a rule found in their words.
meant as (
    select
        app.name_key(planned.title) as words,
        meant.category_id,
        (array_agg(
            (extract(isodow from planned.starts_at at time zone planned.time_zone) - 1)::int * 24
            + extract(hour from planned.starts_at at time zone planned.time_zone)::int
            order by planned.starts_at desc
        ) filter (where planned.starts_at is not null))[1:50] as hours,
        min(coalesce(planned.starts_at, planned.starts_on::timestamptz)) as first_at
    from core.fct_occurrence as planned
    inner join core.title_category as meant
        on planned.account_id = meant.account_id and meant.title_key = app.name_key(planned.title)
    where
        meant.category_id is not null
        and not exists (select from usual where usual.words = app.name_key(planned.title))
    group by 1, 2
),

latest as (
    select
        words,
        category_id,
        hours,
        first_at,
        true as is_examined
    from usual
    union all
    select
        words,
        category_id,
        hours,
        first_at,
        false as is_examined
    from meant
    order by first_at desc, words asc
    limit 4000
)

select
    words,
    category_id,
    coalesce(hours, '{}') as hours,
    is_examined
from latest
order by first_at asc, words asc

-- unmapped --
-- Titles whose occurrences have their calendar's name as category, because neither a rule nor the history knew better.
select
    app.name_key(planned.title) as words,
    min(planned.title) as title,
    coalesce(
        (array_agg(
            (extract(isodow from planned.starts_at at time zone planned.time_zone) - 1)::int * 24
            + extract(hour from planned.starts_at at time zone planned.time_zone)::int
            order by planned.starts_at desc
        ) filter (where planned.starts_at is not null))[1:50], '{}'
    ) as hours,
    count(*)::int as occurrences,
    coalesce(sum(extract(epoch from planned.ends_at - planned.starts_at)), 0)::bigint as seconds
from core.fct_occurrence as planned
left join core.title_category as meant
    on planned.account_id = meant.account_id and meant.title_key = app.name_key(planned.title)
where
    planned.title is not null
    and planned.is_busy
    and meant.category_id is null
    and planned.category_id = app.category_id(planned.calendar_name)
group by 1
having app.name_key(min(planned.title)) <> ''
order by 5 desc, 1 asc

-- names --
-- The names of the categories.
select category_id, category from core.dim_category
