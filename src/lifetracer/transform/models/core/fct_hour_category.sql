{{
    config(
        indexes=[
            {'columns': ['account_id', 'local_date', 'hour', 'category_id'], 'unique': true},
            {'columns': ['account_id', 'week_start']},
        ],
        pre_hook="{{ forget_days() }}",
    )
}}
-- depends_on: {{ ref('stale_day') }}
-- Pieces are cut at equal steps from the day's beginning: hours, or quarters of an hour on a day on which the clocks
-- change (Lord Howe moves them by half an hour). Within a step the clock shows one hour, which the step is counted to.
with piece as (
    select
        account_id,
        local_date,
        lived_category_id,
        planned_category_id,
        starts_at,
        ends_at,
        min(starts_at) over day as begins_at,
        case when sum(seconds) over day = 86400 then 3600 else 900 end as step
    from {{ ref('fct_span') }} as span
    where {{ is_due('span') }}
    window day as (partition by account_id, local_date)
),

stepped as (
    select
        piece.account_id,
        piece.local_date,
        piece.lived_category_id,
        piece.planned_category_id,
        greatest(piece.starts_at, piece.begins_at + n * piece.step * interval '1 second') as starts_at,
        least(piece.ends_at, piece.begins_at + (n + 1) * piece.step * interval '1 second') as ends_at
    from piece
    cross join lateral generate_series(
        {{ seconds_between('piece.begins_at', 'piece.starts_at') }} / piece.step,
        ({{ seconds_between('piece.begins_at', 'piece.ends_at') }} - 1) / piece.step
    ) as n
    where piece.lived_category_id is not null or piece.planned_category_id is not null
),

clocked as (
    select
        stepped.*,
        extract(hour from stepped.starts_at at time zone account.time_zone)::int as hour,
        {{ seconds_between('stepped.starts_at', 'stepped.ends_at') }} as seconds
    from stepped
    inner join {{ source('app', 'account') }} as account on stepped.account_id = account.account_id
),

counted as (
    select
        account_id,
        local_date,
        hour,
        lived_category_id as category_id,
        seconds as actual_seconds,
        0 as planned_seconds
    from clocked
    where lived_category_id is not null
    union all
    select
        account_id,
        local_date,
        hour,
        planned_category_id as category_id,
        0 as actual_seconds,
        seconds as planned_seconds
    from clocked
    where planned_category_id is not null
)

select
    account_id,
    local_date,
    {{ week_start('local_date') }} as week_start,
    hour,
    category_id,
    sum(actual_seconds)::int as actual_seconds,
    sum(planned_seconds)::int as planned_seconds
from counted
group by account_id, local_date, hour, category_id
