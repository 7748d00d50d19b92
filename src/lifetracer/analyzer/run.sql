-- Queries of run.py. Reading happens in the account's transaction, writing in the owner's.

-- is_made --
-- Whether a transform has made the tables that are read.
select to_regclass('core.dim_account') is not null and to_regclass('core.fct_plan_before') is not null

-- present --
-- The present that the tables stand for, and the day that it lies on.
select made.as_of, account.time_zone, (made.as_of at time zone account.time_zone)::date as today
from core.dim_account as made
inner join app.account as account on made.account_id = account.account_id
where made.account_id = %(account_id)s

-- days --
-- The days of the calendar: how long they last, whether anything was tracked, of what type they were, and whether that
-- was known before they began: by a holiday, a vacation or a trip in the calendar, not by what was done.
select
    day.local_date,
    day.seconds,
    coalesce(summed.actual_seconds, 0) > 0 as is_tracked,
    kind.day_type,
    kind.day_type in ('holiday', 'travel') and (kind.is_corrected or kind.reason <> 'travel_time') as is_known_before
from core.dim_day as day
left join core.fct_day as summed on day.account_id = summed.account_id and day.local_date = summed.local_date
left join core.fct_day_type as kind on day.account_id = kind.account_id and day.local_date = kind.local_date
where day.account_id = %(account_id)s and day.local_date >= %(first)s and day.local_date < %(last)s
order by day.local_date

-- lived --
-- What was lived, by day and category; of today what has happened so far.
select local_date, category_id, actual_seconds
from core.fct_day_category
where account_id = %(account_id)s and local_date >= %(first)s and local_date <= %(today)s and actual_seconds > 0

-- planned --
-- What each day had planned for a category: of past days as it stood at 20:00 on the evening before, of today and later
-- ones as it stands now. Where it is not known what stood then (the calendar was first read later, and the event was
-- changed meanwhile), what became of it stands in; what was made after that evening never does. Plans of one category
-- that overlap count once. Also the seconds of those events alone that do not repeat.
with repeating as (
    select series_id
    from core.fct_occurrence
    where account_id = %(account_id)s
    group by series_id
    having count(*) > 1
),

stood as (
    select
        coalesce(occurrence.category_id, meant.category_id, app.category_id(calendar.calendar_name)) as category_id,
        case before.change when 'unknown' then before.starts_at else before.before_starts_at end as starts_at,
        case before.change when 'unknown' then before.ends_at else before.before_ends_at end as ends_at,
        occurrence.series_id,
        false as is_coming
    from core.fct_plan_before as before
    left join core.fct_occurrence as occurrence
        on before.account_id = occurrence.account_id and before.occurrence_id = occurrence.occurrence_id
    left join core.title_category as meant
        on before.account_id = meant.account_id and meant.title_key = app.name_key(before.before_title)
    left join core.dim_calendar as calendar
        on before.account_id = calendar.account_id and before.calendar_id = calendar.calendar_id and before.source = calendar.source
    where
        before.account_id = %(account_id)s
        and before.local_date >= %(first)s - 1
        and before.local_date < %(today)s
        and before.change in ('unknown', 'removed', 'moved', 'resized', 'unchanged')
),

stands as (
    select category_id, starts_at, ends_at, series_id, true as is_coming
    from core.fct_occurrence
    where
        account_id = %(account_id)s and is_placed and is_busy and not is_all_day
        and last_date >= %(today)s and first_date < %(last)s
),

block as (
    select * from stood where starts_at < ends_at
    union all
    select * from stands where starts_at < ends_at
),

piece as (
    select
        day.local_date,
        block.category_id,
        range_agg(cut.time) as time,
        range_agg(cut.time) filter (where repeating.series_id is null) as single_time
    from block
    cross join lateral generate_series(
        (block.starts_at at time zone %(time_zone)s)::date, (block.ends_at at time zone %(time_zone)s)::date, interval '1 day'
    ) as lies (local_date)
    inner join core.dim_day as day on day.account_id = %(account_id)s and day.local_date = lies.local_date::date
    cross join lateral (
        select tstzrange(greatest(block.starts_at, day.starts_at), least(block.ends_at, day.ends_at)) as time
    ) as cut
    left join repeating on block.series_id = repeating.series_id
    where
        block.category_id is not null
        and day.starts_at < block.ends_at and day.ends_at > block.starts_at
        and (day.local_date >= %(today)s) = block.is_coming
        and day.local_date >= %(first)s and day.local_date < %(last)s
    group by day.local_date, block.category_id
)

select
    piece.local_date,
    piece.category_id,
    (select sum(extract(epoch from upper(time) - lower(time))) from unnest(piece.time) as stretch (time))::int as seconds,
    (
        select coalesce(sum(extract(epoch from upper(time) - lower(time))), 0)
        from unnest(piece.single_time) as stretch (time)
    )::int as single_seconds
from piece

-- holidays --
-- Public holidays where the account is.
select holiday.local_date
from core.holiday as holiday
where
    holiday.local_date >= %(first)s and holiday.local_date < %(last)s
    and holiday.country = (
        select coalesce(account.country, zone.country)
        from app.account as account
        left join core.zone_country as zone on account.time_zone = zone.time_zone
        where account.account_id = %(account_id)s
    )

-- still_to_come --
-- Which part of a category's time usually lies after this time of day: of the last 56 days.
select
    category_id,
    sum(
        actual_seconds * case
            when hour > extract(hour from local.now) then 1
            when hour < extract(hour from local.now) then 0
            else 1 - (extract(minute from local.now) / 60)
        end
    )::float / sum(actual_seconds) as share
from core.fct_hour_category
cross join (select %(as_of)s::timestamptz at time zone %(time_zone)s as now) as local
where account_id = %(account_id)s and local_date >= %(today)s - 56 and local_date < %(today)s and actual_seconds > 0
group by category_id

-- plans --
-- Planned blocks that are over, and what was lived for them.
select local_date, category_id, planned_seconds, lived_seconds
from core.fct_match
where
    account_id = %(account_id)s and layer = 'plan' and local_date >= %(today)s - 366
    and verdict in ('done', 'shortened', 'overrun', 'shifted')

-- turn --
-- One writer of an account's estimates at a time.
select pg_advisory_xact_lock(hashtextextended('analyze/' || %(account_id)s::text, 0))

-- put_estimates --
-- Keep what differs from what was said last on the same day.
with told as (
    select *
    from jsonb_to_recordset(%(rows)s) as told (
        category_id text, grain text, period_start date, period_end date, horizon integer,
        p10 integer, p25 integer, p50 integer, p75 integer, p90 integer, mean integer,
        lived_seconds integer, planned_seconds integer,
        baseline_p10 integer, baseline_p25 integer, baseline_p50 integer, baseline_p75 integer, baseline_p90 integer,
        method text, is_model boolean, reasons jsonb
    )
),

kept as (
    select distinct on (category_id, grain, period_start) *
    from core.estimate
    where account_id = %(account_id)s and period_end > %(made_on)s and made_on = %(made_on)s
    order by category_id, grain, period_start, made_at desc
)

insert into core.estimate
select
    %(account_id)s, told.category_id, told.grain, told.period_start, told.period_end, %(made_at)s, %(made_on)s,
    told.horizon, told.p10, told.p25, told.p50, told.p75, told.p90, told.mean, told.lived_seconds, told.planned_seconds,
    told.baseline_p10, told.baseline_p25, told.baseline_p50, told.baseline_p75, told.baseline_p90,
    told.method, told.is_model, told.reasons
from told
left join kept
    on told.category_id = kept.category_id and told.grain = kept.grain and told.period_start = kept.period_start
where
    kept.category_id is null
    or (
        told.p10, told.p25, told.p50, told.p75, told.p90, told.mean, told.lived_seconds, told.planned_seconds,
        told.baseline_p10, told.baseline_p25, told.baseline_p50, told.baseline_p75, told.baseline_p90,
        told.method, told.is_model, told.reasons
    ) is distinct from (
        kept.p10, kept.p25, kept.p50, kept.p75, kept.p90, kept.mean, kept.lived_seconds, kept.planned_seconds,
        kept.baseline_p10, kept.baseline_p25, kept.baseline_p50, kept.baseline_p75, kept.baseline_p90,
        kept.method, kept.is_model, kept.reasons
    )

-- put_choices --
-- Keep a choice when it differs from the last one of its category.
with told as (
    select *
    from jsonb_to_recordset(%(rows)s) as told (
        category_id text, method text, is_model boolean, baseline text, known_days integer,
        model_loss numeric, baseline_loss numeric, codes jsonb
    )
),

kept as (
    select distinct on (category_id) *
    from core.estimate_choice
    where account_id = %(account_id)s
    order by category_id, made_at desc
)

insert into core.estimate_choice
select
    %(account_id)s, told.category_id, %(made_at)s, told.method, told.is_model, told.baseline, told.known_days,
    told.model_loss, told.baseline_loss, told.codes
from told
left join kept on told.category_id = kept.category_id
where
    kept.category_id is null
    or (told.method, told.is_model, told.baseline, told.known_days, told.model_loss, told.baseline_loss, told.codes)
    is distinct from (kept.method, kept.is_model, kept.baseline, kept.known_days, kept.model_loss, kept.baseline_loss, kept.codes)

-- put_insights --
-- Keep what was found; the same finding with other figures is brought up to date.
insert into core.insight as kept (
    account_id, insight_id, kind, category_id, other_category_id, begins_on, ends_on, effect, details, p_value, made_at
)
select
    %(account_id)s, told.insight_id, told.kind, told.category_id, told.other_category_id, told.begins_on, told.ends_on,
    told.effect, told.details, told.p_value, %(made_at)s
from jsonb_to_recordset(%(rows)s) as told (
    insight_id uuid, kind text, category_id text, other_category_id text, begins_on date, ends_on date,
    effect numeric, details jsonb, p_value numeric
)
on conflict (account_id, insight_id) do update
set
    other_category_id = excluded.other_category_id, begins_on = excluded.begins_on, ends_on = excluded.ends_on,
    effect = excluded.effect, details = excluded.details, p_value = excluded.p_value, made_at = excluded.made_at,
    ended_at = null
where
    (kept.begins_on, kept.ends_on, kept.effect, kept.details, kept.p_value, kept.ended_at)
    is distinct from (excluded.begins_on, excluded.ends_on, excluded.effect, excluded.details, excluded.p_value, null)

-- end_insights --
-- What is no longer found no longer holds.
update core.insight
set ended_at = %(made_at)s
where account_id = %(account_id)s and ended_at is null and not insight_id = any(%(found)s)

-- thin --
-- Of a period that is over, what no score reads goes: of each day on which it was estimated all but the last version.
-- Of one that is over for a year, one version stays of each reach: made while it was open, a day ahead, to three days,
-- to one, two, three weeks, to a month, and earlier; so every kind of score keeps one. Each run looks at the periods
-- that crossed these borders in the last sixty days.
with ranked as (
    select
        category_id,
        grain,
        period_start,
        made_at,
        period_end <= %(today)s::date - 366 as is_old,
        row_number() over (
            partition by category_id, grain, period_start, made_on order by made_at desc
        ) as of_day,
        row_number() over (
            partition by category_id, grain, period_start, width_bucket(horizon, array[1, 2, 4, 8, 15, 22, 32])
            order by made_at desc
        ) as of_reach
    from core.estimate
    where
        account_id = %(account_id)s
        and (
            (period_end <= %(today)s and period_end > %(today)s::date - 60)
            or (period_end <= %(today)s::date - 366 and period_end > %(today)s::date - 426)
        )
)

delete from core.estimate as estimate
using ranked
where
    estimate.account_id = %(account_id)s
    and estimate.category_id = ranked.category_id
    and estimate.grain = ranked.grain
    and estimate.period_start = ranked.period_start
    and estimate.made_at = ranked.made_at
    and (ranked.of_day > 1 or (ranked.is_old and ranked.of_reach > 1))
