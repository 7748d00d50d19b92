-- What fitting targets has to know; in the account's transaction.

-- is_made --
-- Whether a transform has made what is asked below.
select
    to_regclass('core.fct_span') is not null
    and to_regclass('core.dim_category') is not null
    and to_regclass('core.dim_project') is not null

-- account --
select time_zone, language from app.account where account_id = app.current_account_id()

-- categories --
select category_id, parent_id, kind, category from core.dim_category

-- first_day --
select min(local_date) from core.fct_span where entry_id is not null and local_date >= date '2000-01-01'

-- lived --
-- What was lived of each subject, by day; as core.fct_target_period measures it.
with subject as materialized (
    select *
    from jsonb_to_recordset(%(subjects)s) as said (key text, subject text, subject_value text, category_ids text[])
),

lived as materialized (
    select
        subject.key,
        block.local_date,
        block.entry_id,
        block.start_second,
        block.end_second,
        entry.first_date = block.local_date as begins
    from core.fct_entry_day as block
    inner join core.fct_entry as entry on block.account_id = entry.account_id and block.entry_id = entry.entry_id
    inner join subject
        on case subject.subject
            when 'all' then true
            when 'category' then block.category_id = any(subject.category_ids)
            when 'project'
                then entry.project_key = subject.subject_value
                or app.name_key(entry.project_name) = app.name_key(subject.subject_value)
            when 'tag'
                then exists (
                    select from unnest(entry.tags) as tag (name)
                    where app.name_key(tag.name) = app.name_key(subject.subject_value)
                )
            else strpos(app.fold(entry.description), app.fold(subject.subject_value)) > 0
        end
    where block.local_date >= %(since)s and block.starts_at < %(now)s
),

begun as (
    select
        key,
        local_date,
        count(*) filter (where begins) as entries,
        min(start_second) filter (where begins) as first_second,
        max(end_second) as last_second
    from lived
    group by key, local_date
),

spent as (
    select lived.key, lived.local_date, sum(span.seconds) as seconds
    from lived
    inner join core.fct_span as span on lived.local_date = span.local_date and lived.entry_id = span.entry_id
    where span.is_past
    group by lived.key, lived.local_date
)

select
    begun.key,
    begun.local_date,
    coalesce(spent.seconds, 0)::float,
    begun.entries::int,
    begun.first_second::float,
    begun.last_second::float
from begun
left join spent on begun.key = spent.key and begun.local_date = spent.local_date

-- tracked --
select local_date, sum(seconds)::float
from core.fct_span
where local_date >= %(since)s and entry_id is not null and is_past
group by local_date

-- planned --
-- What the calendar holds from now on; of parallel events one counts.
select local_date, planned_category_id, sum(extract(epoch from ends_at - greatest(starts_at, %(now)s)))::float
from core.fct_span
where local_date >= %(today)s and ends_at > %(now)s and planned_category_id is not null
group by local_date, planned_category_id

-- busy --
select distinct category_id from core.fct_day_category where local_date >= %(since)s and actual_seconds > 0

-- lengths --
-- Days that are not 24 hours long.
select local_date, seconds::float
from core.dim_day
where local_date >= %(today)s and seconds <> 86400

-- sleep --
-- How long a night is lately, where sleep is tracked.
select avg(slept.seconds)::float
from (
    select day.local_date, sum(day.actual_seconds) as seconds
    from core.fct_day_category as day
    inner join core.dim_category as category on day.category_id = category.category_id
    where category.kind = 'sleep' and day.local_date >= %(today)s - 28 and day.local_date < %(today)s
    group by day.local_date
    having sum(day.actual_seconds) > 0
) as slept

-- estimates --
-- The latest estimate of each period that is not older than yesterday.
select distinct on (category_id, grain, period_start)
    category_id, grain, period_start, p10, p25, p50, p75, p90, lived_seconds, method, is_model
from core.estimate
where made_on >= %(today)s - 1 and period_end > %(today)s
order by category_id, grain, period_start, made_at desc
