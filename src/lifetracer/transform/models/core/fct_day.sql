{{
    config(
        indexes=[
            {'columns': ['account_id', 'local_date'], 'unique': true},
            {'columns': ['account_id', 'week_start']},
            {'columns': ['account_id', 'month_start']},
        ],
        pre_hook="{{ forget_days() }}",
    )
}}
-- depends_on: {{ ref('stale_day') }}
with span as (
    select
        account_id,
        local_date,
        sum(seconds)::int as day_seconds,
        max(ends_at) <= {{ as_of() }} as is_over,
        coalesce(sum(seconds) filter (where occurrence_id is not null), 0)::int as planned_seconds,
        coalesce(sum(seconds) filter (where state = 'tracked'), 0)::int as actual_seconds,
        coalesce(sum(seconds) filter (where is_kept), 0)::int as kept_seconds,
        coalesce(sum(seconds) filter (where state = 'joined'), 0)::int as joined_seconds,
        coalesce(sum(seconds) filter (where state = 'untracked'), 0)::int as untracked_seconds,
        coalesce(sum(seconds) filter (where state = 'future'), 0)::int as future_seconds
    from {{ ref('fct_span') }} as span
    where {{ is_due('span') }}
    group by account_id, local_date
),

recorded as (
    select
        account_id,
        local_date,
        sum(seconds)::int as seconds
    from {{ ref('fct_entry_day') }} as entry
    where {{ is_due('entry') }}
    group by account_id, local_date
)

select
    span.account_id,
    span.local_date,
    {{ week_start('span.local_date') }} as week_start,
    {{ month_start('span.local_date') }} as month_start,
    span.is_over,
    span.day_seconds,
    span.planned_seconds,
    span.actual_seconds,
    span.kept_seconds,
    span.joined_seconds,
    span.untracked_seconds,
    span.future_seconds,
    coalesce(recorded.seconds, 0) as recorded_seconds
from span
left join recorded on span.account_id = recorded.account_id and span.local_date = recorded.local_date
