{{
    config(
        meta={'by_day': true},
        indexes=[
            {'columns': ['account_id', 'layer', 'block_id'], 'unique': true},
            {'columns': ['account_id', 'logical_date']},
            {'columns': ['account_id', 'layer', 'week_start']},
            {'columns': ['account_id', 'layer', 'local_date']},
        ],
        pre_hook="{{ forget_logical_days() }}",
    )
}}
-- depends_on: {{ ref('stale_logical_day') }}
-- depends_on: {{ ref('fct_entry_day') }}
{%- set near_start = 900 %}
{%- set pause = "interval '15 minutes'" %}
-- How the plan was lived. docs/reference/matching.md tells the rule with pictures; in short:
--   in place   fct_span gives each second one entry and one plan. A plan lived in its own category for a quarter of
--              its time is in place; to it belong those seconds and the rest of the entries that brought them, a rest
--              between two plans going to the one before. What a plan inside it took over is not asked of it.
--   elsewhere  what is left is paired within its day (04:00 to 04:00) and category: plans with sittings (entries at
--              most 15 minutes apart) of at least half their time. The best pair goes first (largest overlap, then
--              nearest start, earlier plan, id, earlier sitting), its two leave, and so on.
--   verdict    by amount (tolerance: a fifth, at least 10 minutes), then by start (tolerance: 15 minutes); a plan
--              that is neither in place nor elsewhere is replaced when something else filled half of it, else missed.
with recursive {% if only_changes() -%}
{{ near_blocks() }}
{%- endif %}
piece as materialized (
    select
        span.account_id, span.local_date, span.entry_id, span.lived_category_id, span.occurrence_id,
        span.planned_category_id, span.is_kept, span.seconds, span.starts_at, span.ends_at
    {%- if only_changes() %}
    from near_day
    {{ looked_up(ref('fct_span'), 'span', 'near_day', 'local_date') }}
    {%- else %}
    from {{ ref('fct_span') }} as span
    {%- endif %}
    where span.is_past and {{ in_scope('span') }}
),

entry as materialized (
    select
        entry.account_id,
        entry.entry_id,
        entry.category_id,
        entry.first_date,
        entry.starts_at,
        {{ logical_date('entry.starts_at', 'entry.time_zone') }} as logical_date,
        not entry.is_running and entry.ends_at <= {{ as_of() }} as is_over
    {%- if only_changes() %}
    from near_entry
    {{ looked_up(ref('fct_entry'), 'entry', 'near_entry', 'entry_id') }}
    {%- else %}
    from {{ ref('fct_entry') }} as entry
    {%- endif %}
    where entry.is_placed and {{ in_scope('entry') }}
),

due as materialized (
    select
        occurrence.account_id,
        occurrence.occurrence_id,
        occurrence.category_id,
        occurrence.first_date,
        occurrence.starts_at,
        occurrence.ends_at,
        {{ seconds_between('occurrence.starts_at', 'occurrence.ends_at') }} as seconds,
        {{ logical_date('occurrence.starts_at', 'occurrence.time_zone') }} as logical_date
    {%- if only_changes() %}
    from near_plan
    {{ looked_up(ref('fct_occurrence'), 'occurrence', 'near_plan', 'occurrence_id') }}
    {%- else %}
    from {{ ref('fct_occurrence') }} as occurrence
    {%- endif %}
    where
        occurrence.is_placed
        and occurrence.is_busy
        and not occurrence.is_all_day
        and occurrence.ends_at <= {{ as_of() }}
        and {{ in_scope('occurrence') }}
),

-- All pieces of time inside each plan, whoever owns them.
inside as materialized (
    select
        due.account_id,
        due.occurrence_id,
        due.category_id,
        piece.occurrence_id as owner_id,
        piece.planned_category_id as owner_category_id,
        piece.lived_category_id,
        piece.is_kept,
        piece.seconds
    {%- if only_changes() %}
    from near_day
    {{ looked_up(ref('fct_occurrence_day'), 'block', 'near_day', 'local_date') }}
    {%- else %}
    from {{ ref('fct_occurrence_day') }} as block
    {%- endif %}
    inner join due on block.account_id = due.account_id and block.occurrence_id = due.occurrence_id
    inner join piece
        on block.account_id = piece.account_id
        and block.local_date = piece.local_date
        and block.starts_at <= piece.starts_at
        and block.ends_at >= piece.ends_at
),

in_place as materialized (
    select due.account_id, due.occurrence_id, due.category_id, due.starts_at, due.ends_at
    from due
    inner join inside on due.account_id = inside.account_id and due.occurrence_id = inside.occurrence_id
    group by due.account_id, due.occurrence_id, due.category_id, due.starts_at, due.ends_at, due.seconds
    having
        sum(inside.seconds) filter (where inside.owner_id = due.occurrence_id and inside.is_kept) > 0
        and 4 * sum(inside.seconds) filter (where inside.owner_id = due.occurrence_id and inside.is_kept)
        >= due.seconds - coalesce(
            sum(inside.seconds) filter (where inside.owner_id <> due.occurrence_id and inside.owner_category_id = due.category_id), 0
        )
),

-- What was asked of a plan: its time without that of plans in place that took it over: of its own category, or inside
-- it and lived as they said. A plan of which nothing is left so keeps its whole length.
plan as materialized (
    select
        due.*,
        in_place.occurrence_id is not null as is_in_place,
        coalesce(nullif(due.seconds - coalesce(taken.seconds, 0), 0), due.seconds)::int as planned_seconds
    from due
    left join in_place on due.account_id = in_place.account_id and due.occurrence_id = in_place.occurrence_id
    left join (
        select inside.account_id, inside.occurrence_id, sum(inside.seconds) as seconds
        from inside
        inner join due as whole on inside.account_id = whole.account_id and inside.occurrence_id = whole.occurrence_id
        inner join in_place as owner on inside.account_id = owner.account_id and inside.owner_id = owner.occurrence_id
        where
            inside.owner_id <> inside.occurrence_id
            and (
                owner.category_id = whole.category_id
                or (inside.is_kept and whole.starts_at <= owner.starts_at and owner.ends_at <= whole.ends_at)
            )
        group by inside.account_id, inside.occurrence_id
    ) as taken
        on due.account_id = taken.account_id and due.occurrence_id = taken.occurrence_id
),

-- Each stretch of an entry: the plan in place that it was kept for, and how many such stretches came up to it.
stretch as (
    select
        piece.account_id,
        piece.entry_id,
        piece.seconds,
        piece.starts_at,
        piece.ends_at,
        in_place.occurrence_id as kept_for,
        count(in_place.occurrence_id) over (partition by piece.account_id, piece.entry_id order by piece.starts_at) as step
    from piece
    left join in_place
        on piece.account_id = in_place.account_id and piece.occurrence_id = in_place.occurrence_id and piece.is_kept
    where piece.entry_id is not null
),

served as (
    select
        stretch.*,
        coalesce(
            max(kept_for) over (partition by account_id, entry_id, step),
            max(kept_for) filter (where step = 1) over (partition by account_id, entry_id)
        ) as occurrence_id
    from stretch
),

owned as materialized (
    select
        account_id,
        entry_id,
        sum(seconds)::int as seconds,
        bool_and(occurrence_id is null) as is_free,
        min(starts_at) as starts_at,
        max(ends_at) as ends_at
    from served
    group by account_id, entry_id
),

free_entry as (
    select
        entry.account_id,
        entry.logical_date,
        entry.category_id,
        entry.entry_id,
        owned.seconds,
        owned.starts_at,
        owned.ends_at,
        owned.starts_at - {{ pause }} > max(owned.ends_at) over (
            partition by entry.account_id, entry.logical_date, entry.category_id
            order by owned.starts_at, entry.entry_id
            rows between unbounded preceding and 1 preceding
        ) as is_after_pause
    from entry
    inner join owned on entry.account_id = owned.account_id and entry.entry_id = owned.entry_id
    where owned.is_free
),

sat as materialized (
    select
        free_entry.*,
        count(*) filter (where is_after_pause) over (
            partition by account_id, logical_date, category_id order by starts_at, entry_id
        )::int as sitting
    from free_entry
),

pair as (
    select
        plan.account_id,
        plan.logical_date,
        plan.category_id,
        plan.occurrence_id,
        sitting.sitting,
        row_number() over (
            partition by plan.account_id, plan.logical_date, plan.category_id
            order by
                greatest(
                    interval '0', least(plan.ends_at, sitting.ends_at) - greatest(plan.starts_at, sitting.starts_at)
                ) desc,
                abs({{ seconds_between('plan.starts_at', 'sitting.starts_at') }}),
                plan.starts_at, plan.occurrence_id, sitting.sitting
        ) as place
    from plan
    inner join (
        select
            account_id, logical_date, category_id, sitting,
            sum(seconds) as seconds, min(starts_at) as starts_at, max(ends_at) as ends_at
        from sat
        group by account_id, logical_date, category_id, sitting
    ) as sitting
        on plan.account_id = sitting.account_id
        and plan.logical_date = sitting.logical_date
        and plan.category_id = sitting.category_id
        and 2 * sitting.seconds >= plan.planned_seconds
    where not plan.is_in_place
),

-- Down the list of pairs, best first: a pair is made when both of it are still free.
chosen as (
    select
        account_id, logical_date, category_id, place, occurrence_id, sitting,
        true as is_made,
        array[occurrence_id] as plans,
        array[sitting] as sittings
    from pair
    where place = 1
    union all
    select
        pair.account_id, pair.logical_date, pair.category_id, pair.place, pair.occurrence_id, pair.sitting,
        verdict.is_made,
        case when verdict.is_made then chosen.plans || pair.occurrence_id else chosen.plans end as plans,
        case when verdict.is_made then chosen.sittings || pair.sitting else chosen.sittings end as sittings
    from chosen
    inner join pair
        on chosen.account_id = pair.account_id
        and chosen.logical_date = pair.logical_date
        and chosen.category_id = pair.category_id
        and chosen.place + 1 = pair.place
    cross join lateral (
        select pair.occurrence_id <> all(chosen.plans) and pair.sitting <> all(chosen.sittings) as is_made
    ) as verdict
),

-- Whose seconds: each second of an entry belongs to at most one plan.
belonging as (
    select
        account_id,
        occurrence_id,
        entry_id,
        sum(seconds)::int as seconds,
        coalesce(sum(seconds) filter (where kept_for is not null), 0)::int as kept_seconds,
        min(starts_at) as starts_at,
        max(ends_at) as ends_at
    from served
    where occurrence_id is not null
    group by account_id, occurrence_id, entry_id
    union all
    select
        chosen.account_id,
        chosen.occurrence_id,
        sat.entry_id,
        sat.seconds,
        0 as kept_seconds,
        sat.starts_at,
        sat.ends_at
    from chosen
    inner join sat
        on chosen.account_id = sat.account_id
        and chosen.logical_date = sat.logical_date
        and chosen.category_id = sat.category_id
        and chosen.sitting = sat.sitting
    where chosen.is_made
),

lived as materialized (
    select
        account_id,
        occurrence_id,
        sum(seconds)::int as seconds,
        sum(kept_seconds)::int as kept_seconds,
        min(starts_at) as starts_at,
        max(ends_at) as ends_at,
        array_agg(entry_id order by seconds desc, starts_at, entry_id) as entry_ids,
        array_agg(seconds order by seconds desc, starts_at, entry_id) as entry_seconds
    from belonging
    group by account_id, occurrence_id
),

-- Something else in a plan's time: another category, or its own for another plan.
instead as (
    select distinct on (inside.account_id, inside.occurrence_id)
        inside.account_id,
        inside.occurrence_id,
        inside.lived_category_id as category_id,
        sum(inside.seconds) as seconds
    from inside
    left join in_place as owner on inside.account_id = owner.account_id and inside.owner_id = owner.occurrence_id
    where inside.lived_category_id <> inside.category_id or (inside.is_kept and owner.occurrence_id <> inside.occurrence_id)
    group by inside.account_id, inside.occurrence_id, inside.lived_category_id
    order by inside.account_id asc, inside.occurrence_id asc, sum(inside.seconds) desc, inside.lived_category_id asc
),

judged as materialized (
    select
        plan.*,
        coalesce(lived.seconds, 0) as lived_seconds,
        lived.starts_at as actual_starts_at,
        lived.ends_at as actual_ends_at,
        {{ seconds_between('plan.starts_at', 'lived.starts_at') }} as start_delay_seconds,
        lived.entry_ids,
        lived.entry_seconds,
        case
            when not plan.is_in_place and abs({{ seconds_between('plan.starts_at', 'lived.starts_at') }}) > {{ near_start }} then 'shifted'
            when plan.planned_seconds - lived.seconds > tolerance.seconds then 'shortened'
            when lived.seconds - plan.planned_seconds > tolerance.seconds then 'overrun'
            when abs({{ seconds_between('plan.starts_at', 'lived.starts_at') }}) > {{ near_start }} then 'shifted'
            when lived.seconds is not null then 'done'
            when 2 * instead.seconds >= plan.seconds then 'replaced'
            else 'missed'
        end as verdict,
        case when lived.seconds is null and 2 * instead.seconds >= plan.seconds then instead.category_id end as replaced_by_category_id
    from plan
    cross join lateral (select greatest(600, 0.2 * plan.planned_seconds) as seconds) as tolerance
    left join lived on plan.account_id = lived.account_id and plan.occurrence_id = lived.occurrence_id
    left join instead on plan.account_id = instead.account_id and plan.occurrence_id = instead.occurrence_id
),

-- Of an entry, planned is what was kept for plans, and of the rest what its plans still lacked; more is overrun.
filled as (
    select
        belonging.account_id,
        belonging.entry_id,
        belonging.occurrence_id,
        belonging.seconds,
        belonging.kept_seconds + greatest(0, least(
            belonging.seconds - belonging.kept_seconds,
            judged.planned_seconds - lived.kept_seconds - coalesce(sum(belonging.seconds - belonging.kept_seconds) over (
                partition by belonging.account_id, belonging.occurrence_id
                order by belonging.starts_at, belonging.entry_id
                rows between unbounded preceding and 1 preceding
            ), 0)
        ))::int as planned_seconds
    from belonging
    inner join judged on belonging.account_id = judged.account_id and belonging.occurrence_id = judged.occurrence_id
    inner join lived on belonging.account_id = lived.account_id and belonging.occurrence_id = lived.occurrence_id
),

followed as (
    select
        filled.account_id,
        filled.entry_id,
        sum(filled.planned_seconds)::int as planned_seconds,
        (array_agg(filled.occurrence_id order by filled.seconds desc, filled.occurrence_id))[1] as occurrence_id
    from filled
    group by filled.account_id, filled.entry_id
),

told as (
    select
        judged.account_id,
        'plan' as layer,
        judged.occurrence_id as block_id,
        judged.first_date as local_date,
        judged.logical_date,
        judged.category_id,
        judged.verdict,
        judged.entry_ids[1] as counterpart_id,
        judged.planned_seconds,
        judged.lived_seconds,
        judged.lived_seconds - judged.planned_seconds as overrun_seconds,
        judged.start_delay_seconds,
        judged.actual_starts_at,
        judged.actual_ends_at,
        judged.replaced_by_category_id,
        coalesce(judged.entry_ids, '{}') as entry_ids,
        coalesce(judged.entry_seconds, '{}') as entry_seconds
    from judged
    union all
    select
        entry.account_id,
        'actual' as layer,
        entry.entry_id as block_id,
        entry.first_date as local_date,
        entry.logical_date,
        entry.category_id,
        case
            when not entry.is_over then null
            when 2 * followed.planned_seconds >= owned.seconds then 'planned'
            else 'unplanned'
        end as verdict,
        followed.occurrence_id as counterpart_id,
        coalesce(followed.planned_seconds, 0) as planned_seconds,
        coalesce(owned.seconds, 0) as lived_seconds,
        null as overrun_seconds,
        null as start_delay_seconds,
        null as actual_starts_at,
        null as actual_ends_at,
        null as replaced_by_category_id,
        '{}' as entry_ids,
        '{}' as entry_seconds
    from entry
    left join owned on entry.account_id = owned.account_id and entry.entry_id = owned.entry_id
    left join followed on entry.account_id = followed.account_id and entry.entry_id = followed.entry_id
)

select
    told.account_id,
    told.layer,
    told.block_id,
    told.local_date,
    {{ week_start('told.local_date') }} as week_start,
    told.logical_date,
    told.category_id,
    told.verdict,
    told.counterpart_id,
    told.planned_seconds,
    told.lived_seconds,
    told.overrun_seconds,
    told.start_delay_seconds,
    told.actual_starts_at,
    told.actual_ends_at,
    told.replaced_by_category_id,
    told.entry_ids,
    told.entry_seconds
from told
{%- if only_changes() %}
where (told.account_id, told.logical_date) in (select account_id, logical_date from {{ ref('stale_logical_day') }})
{%- endif %}
