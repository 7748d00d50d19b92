{{
    config(
        indexes=[
            {'columns': ['account_id', 'local_date', 'occurrence_id'], 'unique': true},
            {'columns': ['account_id', 'week_start']},
        ],
        pre_hook="{{ forget_days() }}",
    )
}}
-- depends_on: {{ ref('stale_day') }}
-- depends_on: {{ ref('dim_category') }} (so that a block's category is there before the block)
with dated as (
    {%- if only_changes() %}
    select
        fact.*,
        stale.local_date
    from {{ ref('stale_day') }} as stale
    cross join lateral (
        select one.*
        from {{ ref('fct_occurrence') }} as one
        where
            one.account_id = stale.account_id
            and one.first_date between stale.local_date - 366 and stale.local_date
            and one.last_date >= stale.local_date
            and one.is_placed
        offset 0
    ) as fact
    where {{ in_scope('stale') }}
    {%- else %}
    select
        fact.*,
        fact.first_date + n as local_date
    from {{ ref('fct_occurrence') }} as fact
    cross join lateral generate_series(0, fact.last_date - fact.first_date) as n
    where fact.is_placed and {{ in_scope('fact') }}
    {%- endif %}
),

split as (
    select
        account_id,
        occurrence_id,
        local_date,
        category_id,
        time_zone,
        is_all_day,
        is_busy,
        starts_at as occurrence_starts_at,
        ends_at as occurrence_ends_at,
        case when not is_all_day then greatest(starts_at, {{ day_start('local_date', 'time_zone') }}) end as starts_at,
        case when not is_all_day then least(ends_at, {{ day_start('local_date + 1', 'time_zone') }}) end as ends_at
    from dated
),

drawn as (
    select
        split.*,
        {{ drawn_seconds() }}
    from split
    where is_all_day or ends_at > starts_at
)

select
    account_id,
    occurrence_id,
    local_date,
    {{ week_start('local_date') }} as week_start,
    category_id,
    case when is_all_day then 0 else start_second end as start_second,
    case when is_all_day then 86400 else end_second end as end_second,
    coalesce({{ seconds_between('starts_at', 'ends_at') }}, 0) as seconds,
    is_all_day,
    is_busy,
    not is_all_day and is_busy as is_planned,
    starts_at,
    ends_at,
    occurrence_starts_at,
    occurrence_ends_at
from drawn
