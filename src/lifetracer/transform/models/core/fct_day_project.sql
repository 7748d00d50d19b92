{{
    config(
        indexes=[
            {'columns': ['account_id', 'local_date', 'client_project_key', 'category_id'], 'unique': true},
            {'columns': ['account_id', 'week_start']},
            {'columns': ['account_id', 'month_start']},
        ],
        pre_hook="{{ forget_days() }}",
    )
}}
-- depends_on: {{ ref('stale_day') }}
-- An entry counts as one on the day it begins, so that entries of days add up to those of a month.
with counted as (
    select
        account_id,
        local_date,
        entry_id,
        seconds as actual_seconds,
        0 as recorded_seconds
    from {{ ref('fct_span') }} as span
    where entry_id is not null and {{ is_due('span') }}
    union all
    select
        account_id,
        local_date,
        entry_id,
        0 as actual_seconds,
        seconds as recorded_seconds
    from {{ ref('fct_entry_day') }} as entry_day
    where {{ is_due('entry_day') }}
),

by_entry as (
    select
        account_id,
        local_date,
        entry_id,
        sum(actual_seconds) as actual_seconds,
        sum(recorded_seconds) as recorded_seconds
    from counted
    group by account_id, local_date, entry_id
)

select
    by_entry.account_id,
    by_entry.local_date,
    {{ week_start('by_entry.local_date') }} as week_start,
    {{ month_start('by_entry.local_date') }} as month_start,
    {{ client_project_key('entry.client_name', 'entry.project_name') }} as client_project_key,
    entry.client_name,
    entry.project_name,
    max(entry.project_color) as project_color,
    entry.category_id,
    count(*) filter (where entry.first_date = by_entry.local_date)::int as entries,
    sum(by_entry.actual_seconds)::int as actual_seconds,
    sum(by_entry.recorded_seconds)::int as recorded_seconds,
    coalesce(sum(by_entry.recorded_seconds) filter (where entry.is_billable), 0)::int as billable_seconds
from by_entry
inner join {{ ref('fct_entry') }} as entry
    on by_entry.account_id = entry.account_id and by_entry.entry_id = entry.entry_id
group by by_entry.account_id, by_entry.local_date, entry.client_name, entry.project_name, entry.category_id
