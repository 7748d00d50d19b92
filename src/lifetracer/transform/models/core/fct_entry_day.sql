{{
    config(
        indexes=[
            {'columns': ['account_id', 'local_date', 'entry_id'], 'unique': true},
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
        from {{ ref('fct_entry') }} as one
        where
            one.account_id = stale.account_id
            and one.first_date between stale.local_date - 31 and stale.local_date
            and one.last_date >= stale.local_date
            and one.is_placed
        offset 0
    ) as fact
    where {{ in_scope('stale') }}
    {%- else %}
    select
        fact.*,
        fact.first_date + n as local_date
    from {{ ref('fct_entry') }} as fact
    cross join lateral generate_series(0, fact.last_date - fact.first_date) as n
    where fact.is_placed and {{ in_scope('fact') }}
    {%- endif %}
),

split as (
    select
        account_id,
        entry_id,
        local_date,
        category_id,
        time_zone,
        is_running,
        starts_at as entry_starts_at,
        ends_at as entry_ends_at,
        greatest(starts_at, {{ day_start('local_date', 'time_zone') }}) as starts_at,
        least(ends_at, {{ day_start('local_date + 1', 'time_zone') }}) as ends_at
    from dated
)

select
    account_id,
    entry_id,
    local_date,
    {{ week_start('local_date') }} as week_start,
    category_id,
    {{ drawn_seconds() }},
    {{ seconds_between('starts_at', 'ends_at') }} as seconds,
    is_running,
    starts_at,
    ends_at,
    entry_starts_at,
    entry_ends_at
from split
where ends_at > starts_at
