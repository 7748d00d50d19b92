{%- set joined_gap = "interval '" ~ var('joined_gap_seconds') ~ " seconds'" %}
-- A stretch of focus: pieces of one category of work on one day, with nothing between them but gaps so short that they
-- are joined. It lasts from its first second to its last. Another category, work or not, ends it.
with tracked as (
    select
        account_id,
        local_date,
        week_start,
        lived_category_id as category_id,
        seconds,
        starts_at,
        ends_at,
        coalesce(
            lag(lived_category_id) over day = lived_category_id and starts_at - lag(ends_at) over day <= {{ joined_gap }}, false
        ) as goes_on
    from {{ ref('fct_span') }}
    where state = 'tracked'
    window day as (partition by account_id, local_date, week_start order by starts_at)
),

work as (
    select
        tracked.*,
        count(*) filter (where not tracked.goes_on) over (
            partition by tracked.account_id, tracked.local_date, tracked.week_start order by tracked.starts_at
        ) as stretch
    from tracked
    inner join {{ ref('dim_category') }} as category
        on tracked.account_id = category.account_id and tracked.category_id = category.category_id
    where category.kind = 'work'
),

stretch as (
    select
        account_id,
        local_date,
        week_start,
        category_id,
        sum(seconds) as work_seconds,
        {{ seconds_between('min(starts_at)', 'max(ends_at)') }} as focus_seconds,
        min(starts_at) as starts_at,
        max(ends_at) as ends_at
    from work
    group by account_id, local_date, week_start, stretch, category_id
),

followed as (
    select
        stretch.*,
        lag(category_id) over (partition by account_id, local_date, week_start order by starts_at) <> category_id as is_switch
    from stretch
),

summed as (
    select
        account_id,
        local_date,
        week_start,
        min(starts_at) as first_start_at,
        max(ends_at) as last_stop_at,
        sum(work_seconds)::int as work_seconds,
        max(focus_seconds) as longest_focus_seconds,
        count(*) filter (where focus_seconds >= 1500)::int as focus_stretches,
        count(*) filter (where is_switch)::int as switches,
        1 - sum(focus_seconds::numeric ^ 2) / sum(focus_seconds::numeric) ^ 2 as fragmentation
    from followed
    group by account_id, local_date, week_start
)

select
    summed.account_id,
    summed.local_date,
    summed.week_start,
    summed.first_start_at,
    summed.last_stop_at,
    {{ wall_second('summed.first_start_at', 'summed.local_date', 'account.time_zone') }} as first_start_second,
    {{ wall_second('summed.last_stop_at', 'summed.local_date', 'account.time_zone') }} as last_stop_second,
    summed.work_seconds,
    summed.longest_focus_seconds,
    summed.focus_stretches,
    summed.switches,
    summed.fragmentation::numeric(5, 4) as fragmentation
from summed
inner join {{ ref('dim_account') }} as account on summed.account_id = account.account_id
