{{
    config(
        indexes=[
            {'columns': ['account_id', 'local_date', 'starts_at'], 'unique': true},
            {'columns': ['account_id', 'week_start']},
        ],
        pre_hook="{{ forget_days() }}",
    )
}}
-- depends_on: {{ ref('stale_day') }}
{%- set joined_gap = "interval '" ~ var('joined_gap_seconds') ~ " seconds'" %}
-- A day is cut at every start and end of a block, at the present and at its own borders; between two cuts nothing
-- changes, so each piece can be given to at most one entry and one occurrence:
--   what was lived   the entry that started last (as starting a timer stops the one before); then the shorter; then by id
--   what was planned the occurrence in whose category the piece was lived; else the one that starts last; shorter; by id
-- Starts and ends are those of whole entries and occurrences: midnight changes nobody's turn.
-- What no entry covers is a gap. One of at most {{ joined_gap }} between two entries, also over midnight, is joined to the
-- entry before it: nobody forgot to track it, and yet it belongs to no category.
with border as materialized (
    select account_id, local_date, starts_at, ends_at
    from {{ ref('dim_day') }} as day
    where {{ is_due('day') }}
),

entry as materialized (
    select
        block.account_id, block.local_date, block.entry_id, block.category_id, block.starts_at, block.ends_at,
        block.entry_starts_at, block.entry_ends_at
    from {{ ref('fct_entry_day') }} as block
    where {{ is_due('block') }}
),

occurrence as materialized (
    select
        block.account_id, block.local_date, block.occurrence_id, block.category_id, block.starts_at, block.ends_at,
        block.occurrence_starts_at, block.occurrence_ends_at
    from {{ ref('fct_occurrence_day') }} as block
    where block.is_planned and {{ is_due('block') }}
),

-- The entries nearest to the day's borders, on the days beside it.
eve as (
    select distinct on (border.account_id, border.local_date)
        border.account_id, border.local_date, block.entry_id, block.ends_at
    from border
    inner join {{ ref('fct_entry_day') }} as block
        on border.account_id = block.account_id
        and block.local_date = border.local_date - 1
        and block.ends_at >= border.starts_at - {{ joined_gap }}
    order by border.account_id asc, border.local_date asc, block.ends_at desc, block.starts_at desc, block.entry_id asc
),

morrow as (
    select border.account_id, border.local_date, min(block.starts_at) as starts_at
    from border
    inner join {{ ref('fct_entry_day') }} as block
        on border.account_id = block.account_id
        and block.local_date = border.local_date + 1
        and block.starts_at <= border.ends_at + {{ joined_gap }}
    group by border.account_id, border.local_date
),

cut as (
    select account_id, local_date, starts_at as cut_at from border
    union
    select account_id, local_date, ends_at as cut_at from border
    union
    select account_id, local_date, {{ as_of() }} as cut_at from border where starts_at < {{ as_of() }} and {{ as_of() }} < ends_at
    union
    select account_id, local_date, starts_at as cut_at from entry
    union
    select account_id, local_date, ends_at as cut_at from entry
    union
    select account_id, local_date, starts_at as cut_at from occurrence
    union
    select account_id, local_date, ends_at as cut_at from occurrence
),

piece as (
    select
        account_id,
        local_date,
        cut_at as starts_at,
        lead(cut_at) over (partition by account_id, local_date order by cut_at) as ends_at
    from cut
),

lived as (
    select distinct on (piece.account_id, piece.local_date, piece.starts_at)
        piece.account_id,
        piece.local_date,
        piece.starts_at,
        piece.ends_at,
        entry.entry_id,
        entry.category_id as lived_category_id
    from piece
    left join entry
        on piece.account_id = entry.account_id
        and piece.local_date = entry.local_date
        and entry.starts_at <= piece.starts_at
        and entry.ends_at >= piece.ends_at
    where piece.ends_at is not null
    order by
        piece.account_id asc, piece.local_date asc, piece.starts_at asc,
        entry.entry_starts_at desc nulls last, entry.entry_ends_at asc, entry.entry_id asc
),

planned as (
    select distinct on (lived.account_id, lived.local_date, lived.starts_at)
        lived.*,
        occurrence.occurrence_id,
        occurrence.category_id as planned_category_id
    from lived
    left join occurrence
        on lived.account_id = occurrence.account_id
        and lived.local_date = occurrence.local_date
        and occurrence.starts_at <= lived.starts_at
        and occurrence.ends_at >= lived.ends_at
    order by
        lived.account_id asc, lived.local_date asc, lived.starts_at asc,
        (occurrence.category_id is not distinct from lived.lived_category_id) desc,
        occurrence.occurrence_starts_at desc nulls last, occurrence.occurrence_ends_at asc, occurrence.occurrence_id asc
),

-- A stretch begins with a piece of an entry and has all pieces after it that no entry covers.
counted as (
    select
        planned.*,
        count(entry_id) over day_so_far as stretch,
        max(ends_at) filter (where entry_id is not null) over day_so_far as former_end,
        min(starts_at) filter (where entry_id is not null)
            over (partition by account_id, local_date order by starts_at rows between current row and unbounded following)
            as next_start
    from planned
    window day_so_far as (partition by account_id, local_date order by starts_at rows unbounded preceding)
),

joined as (
    select
        counted.*,
        counted.entry_id is null
        and coalesce(
            coalesce(counted.next_start, morrow.starts_at) - coalesce(counted.former_end, eve.ends_at) <= {{ joined_gap }}, false
        ) as is_joined,
        coalesce(
            first_value(counted.entry_id) over (
                partition by counted.account_id, counted.local_date, counted.stretch order by counted.starts_at
            ),
            eve.entry_id
        ) as former_entry_id
    from counted
    left join eve on counted.account_id = eve.account_id and counted.local_date = eve.local_date
    left join morrow on counted.account_id = morrow.account_id and counted.local_date = morrow.local_date
)

select
    account_id,
    local_date,
    {{ week_start('local_date') }} as week_start,
    case
        when entry_id is not null then 'tracked'
        when is_joined then 'joined'
        when ends_at <= {{ as_of() }} then 'untracked'
        else 'future'
    end as state,
    entry_id,
    lived_category_id,
    occurrence_id,
    planned_category_id,
    case when is_joined then former_entry_id end as joined_entry_id,
    {{ seconds_between('starts_at', 'ends_at') }} as seconds,
    coalesce(lived_category_id = planned_category_id, false) as is_kept,
    ends_at <= {{ as_of() }} as is_past,
    starts_at,
    ends_at
from joined
