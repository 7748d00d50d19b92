{{
    config(
        meta={'by_day': true},
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
    select
        entry.*,
        entry.first_date + n as local_date
    from {{ ref('fct_entry') }} as entry
    cross join lateral generate_series(0, entry.last_date - entry.first_date) as n
    where entry.is_placed and {{ in_scope('entry') }}
),

split as (
    select
        account_id,
        entry_id,
        local_date,
        category_id,
        time_zone,
        is_running,
        greatest(starts_at, {{ day_start('local_date', 'time_zone') }}) as starts_at,
        least(ends_at, {{ day_start('local_date + 1', 'time_zone') }}) as ends_at
    from dated
    {%- if only_changes() %}
    where (account_id, local_date) in (select account_id, local_date from {{ ref('stale_day') }})
    {%- endif %}
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
    ends_at
from split
where ends_at > starts_at
