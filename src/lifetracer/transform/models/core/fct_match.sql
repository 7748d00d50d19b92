{{
    config(
        meta={'by_day': true},
        indexes=[{'columns': ['account_id', 'local_date', 'block_id'], 'unique': true}],
        pre_hook="{{ forget_days() }}",
    )
}}
-- depends_on: {{ ref('stale_day') }}
{%- set tolerance = 900 %}
{%- set rounds = 3 %}
-- Who did what was planned. Judged per local day; the rule, in order:
--   1 kept     the pieces of fct_span in which a plan's own category was lived: if they are at least half of it, it is done
--   2 matched  what is left is paired within its day and category: plan and entry must each be the other's best
--              (largest overlap, then nearest start, then id), and the entry must have unused time for half of the plan;
--              found pairs leave, and the rest is looked at again, {{ rounds }} times
--              start at most {{ tolerance // 60 }} minutes off: done; else: moved
--   3 else     missed
-- An entry is done when half of it was planned so, else it shares the verdict of its pair, else it is unplanned.
-- A second of an entry serves one plan: pieces have one owner each, and rule 2 counts only time that rule 1 left.
with piece as (
    select span.*
    from {{ ref('fct_span') }} as span
    where
        {{ in_scope('span') }}
        {%- if only_changes() %}
        and (span.account_id, span.local_date) in (select account_id, local_date from {{ ref('stale_day') }})
        {%- endif %}
),

together as (
    select account_id, local_date, occurrence_id, entry_id, sum(seconds)::int as seconds
    from piece
    where is_kept
    group by account_id, local_date, occurrence_id, entry_id
),

owned as (
    select account_id, local_date, entry_id, sum(seconds)::int as seconds
    from piece
    where entry_id is not null
    group by account_id, local_date, entry_id
),

plan as (
    select
        block.account_id,
        block.local_date,
        block.occurrence_id,
        block.category_id,
        block.starts_at,
        block.ends_at,
        block.seconds,
        coalesce(kept.seconds, 0) as kept_seconds,
        2 * coalesce(kept.seconds, 0) >= block.seconds as is_kept,
        kept.entry_id
    from {{ ref('fct_occurrence_day') }} as block
    left join (
        select account_id, local_date, occurrence_id, sum(seconds)::int as seconds,
            (array_agg(entry_id order by seconds desc, entry_id))[1] as entry_id
        from together
        group by account_id, local_date, occurrence_id
    ) as kept
        on block.account_id = kept.account_id
        and block.local_date = kept.local_date
        and block.occurrence_id = kept.occurrence_id
    where
        block.is_planned
        and block.ends_at <= {{ as_of() }}
        and {{ in_scope('block') }}
        {%- if only_changes() %}
        and (block.account_id, block.local_date) in (select account_id, local_date from {{ ref('stale_day') }})
        {%- endif %}
),

entry as (
    select
        block.account_id,
        block.local_date,
        block.entry_id,
        block.category_id,
        block.starts_at,
        block.ends_at,
        block.seconds,
        coalesce(owned.seconds, 0) - coalesce(kept.seconds, 0) as free_seconds,
        2 * coalesce(kept.seconds, 0) >= block.seconds as is_kept,
        kept.occurrence_id
    from {{ ref('fct_entry_day') }} as block
    left join owned
        on block.account_id = owned.account_id and block.local_date = owned.local_date and block.entry_id = owned.entry_id
    left join (
        select account_id, local_date, entry_id, sum(seconds)::int as seconds,
            (array_agg(occurrence_id order by seconds desc, occurrence_id))[1] as occurrence_id
        from together
        group by account_id, local_date, entry_id
    ) as kept
        on block.account_id = kept.account_id and block.local_date = kept.local_date and block.entry_id = kept.entry_id
    where
        not block.is_running
        and block.ends_at <= {{ as_of() }}
        and {{ in_scope('block') }}
        {%- if only_changes() %}
        and (block.account_id, block.local_date) in (select account_id, local_date from {{ ref('stale_day') }})
        {%- endif %}
),

pair_0 as (
    select
        plan.account_id,
        plan.local_date,
        plan.occurrence_id,
        entry.entry_id,
        greatest(interval '0', least(plan.ends_at, entry.ends_at) - greatest(plan.starts_at, entry.starts_at)) as overlap,
        abs({{ seconds_between('plan.starts_at', 'entry.starts_at') }}) as distance
    from plan
    inner join entry
        on plan.account_id = entry.account_id
        and plan.local_date = entry.local_date
        and plan.category_id = entry.category_id
        and 2 * entry.free_seconds >= plan.seconds
    where not plan.is_kept
),
{%- for round in range(1, rounds + 1) %}

best_{{ round }} as (
    select
        pair.*,
        row_number() over (
            partition by account_id, local_date, occurrence_id order by overlap desc, distance, entry_id
        ) = 1 and row_number() over (
            partition by account_id, local_date, entry_id order by overlap desc, distance, occurrence_id
        ) = 1 as is_mutual
    from pair_{{ round - 1 }} as pair
),

pair_{{ round }} as (
    select pair.account_id, pair.local_date, pair.occurrence_id, pair.entry_id, pair.overlap, pair.distance
    from best_{{ round }} as pair
    where not exists (
        select from best_{{ round }} as found
        where found.is_mutual
            and found.account_id = pair.account_id
            and found.local_date = pair.local_date
            and (found.occurrence_id = pair.occurrence_id or found.entry_id = pair.entry_id)
    )
),
{%- endfor %}

matched as (
    {%- for round in range(1, rounds + 1) %}
    select account_id, local_date, occurrence_id, entry_id, distance from best_{{ round }} where is_mutual
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

verdict as (
    select
        plan.account_id,
        plan.local_date,
        'plan' as layer,
        plan.occurrence_id as block_id,
        case
            when plan.is_kept or matched.distance <= {{ tolerance }} then 'done'
            when matched.entry_id is not null then 'moved'
            else 'missed'
        end as verdict,
        case when plan.is_kept then plan.entry_id else matched.entry_id end as counterpart_id
    from plan
    left join matched
        on plan.account_id = matched.account_id
        and plan.local_date = matched.local_date
        and plan.occurrence_id = matched.occurrence_id
    union all
    select
        entry.account_id,
        entry.local_date,
        'actual' as layer,
        entry.entry_id as block_id,
        case
            when entry.is_kept or matched.distance <= {{ tolerance }} then 'done'
            when matched.entry_id is not null then 'moved'
            else 'unplanned'
        end as verdict,
        case when entry.is_kept then entry.occurrence_id else matched.occurrence_id end as counterpart_id
    from entry
    left join matched
        on entry.account_id = matched.account_id
        and entry.local_date = matched.local_date
        and entry.entry_id = matched.entry_id
)

select
    verdict.account_id,
    verdict.local_date,
    verdict.layer,
    verdict.block_id,
    verdict.verdict,
    verdict.counterpart_id,
    {{ seconds_between('occurrence.starts_at', 'entry.starts_at') }} as delta_seconds
from verdict
left join {{ ref('fct_entry_day') }} as entry
    on verdict.account_id = entry.account_id
    and verdict.local_date = entry.local_date
    and entry.entry_id = case verdict.layer when 'plan' then verdict.counterpart_id else verdict.block_id end
left join {{ ref('fct_occurrence_day') }} as occurrence
    on verdict.account_id = occurrence.account_id
    and verdict.local_date = occurrence.local_date
    and occurrence.occurrence_id = case verdict.layer when 'plan' then verdict.block_id else verdict.counterpart_id end
