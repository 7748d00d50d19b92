{{
    config(
        meta={'by_day': true},
        indexes=[
            {'columns': ['account_id', 'local_date', 'starts_at'], 'unique': true},
            {'columns': ['account_id', 'week_start']},
        ],
        pre_hook=["{{ forget_days() }}", "{{ forget_outside_calendar() }}"],
    )
}}
-- depends_on: {{ ref('stale_day') }}
-- A day is cut at every start and end of a block, at the present and at its own borders; between two cuts nothing
-- changes, so each piece can be given to at most one entry and one occurrence:
--   what was lived   the entry that started last (as starting a timer stops the one before); then the shorter; then by id
--   what was planned the occurrence in whose category the piece was lived; else the one that starts last; shorter; by id
with calendar as (
    {{ calendar_days() }}
),

block_day as (
    select account_id, local_date from {{ ref('fct_entry_day') }} as entry where {{ in_scope('entry') }}
    union
    select account_id, local_date from {{ ref('fct_occurrence_day') }} as occurrence where {{ in_scope('occurrence') }}
),

day as (
    {%- if only_changes() %}
    select account_id, local_date
    from {{ ref('stale_day') }} as stale
    where
        {{ in_scope('stale') }}
        and (
            exists (
                select from calendar
                where calendar.account_id = stale.account_id and calendar.local_date = stale.local_date
            )
            or exists (
                select from {{ ref('fct_entry_day') }} as entry
                where entry.account_id = stale.account_id and entry.local_date = stale.local_date
            )
            or exists (
                select from {{ ref('fct_occurrence_day') }} as occurrence
                where occurrence.account_id = stale.account_id and occurrence.local_date = stale.local_date
            )
        )
    union
    select account_id, local_date
    from calendar
    where not exists (
        select from {{ this }} as kept
        where kept.account_id = calendar.account_id and kept.local_date = calendar.local_date
    )
    {%- else %}
    select account_id, local_date from calendar
    union
    select account_id, local_date from block_day
    {%- endif %}
),

border as materialized (
    select
        day.account_id,
        day.local_date,
        {{ day_start('day.local_date', 'account.time_zone') }} as starts_at,
        {{ day_start('day.local_date + 1', 'account.time_zone') }} as ends_at
    from day
    inner join {{ source('app', 'account') }} as account on day.account_id = account.account_id
),

entry as materialized (
    select block.account_id, block.local_date, block.entry_id, block.category_id, block.starts_at, block.ends_at
    from {{ ref('fct_entry_day') }} as block
    inner join border on block.account_id = border.account_id and block.local_date = border.local_date
),

occurrence as materialized (
    select block.account_id, block.local_date, block.occurrence_id, block.category_id, block.starts_at, block.ends_at
    from {{ ref('fct_occurrence_day') }} as block
    inner join border on block.account_id = border.account_id and block.local_date = border.local_date
    where block.is_planned
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
        entry.starts_at desc nulls last, entry.ends_at asc, entry.entry_id asc
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
        occurrence.starts_at desc nulls last, occurrence.ends_at asc, occurrence.occurrence_id asc
)

select
    account_id,
    local_date,
    {{ week_start('local_date') }} as week_start,
    entry_id,
    lived_category_id,
    occurrence_id,
    planned_category_id,
    {{ seconds_between('starts_at', 'ends_at') }} as seconds,
    coalesce(lived_category_id = planned_category_id, false) as is_kept,
    ends_at <= {{ as_of() }} as is_past,
    starts_at,
    ends_at
from planned
