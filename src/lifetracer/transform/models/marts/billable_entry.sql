-- What billable_client sums up, entry by entry: the same time at the same rates, before any sum or rounding.
with billed as (
    select
        day.account_id,
        day.local_date,
        day.week_start,
        {{ month_start('day.local_date') }} as month_start,
        day.entry_id,
        {{ client_project_key('entry.client_name', 'entry.project_name') }} as client_project_key,
        entry.client_name,
        entry.project_name,
        {{ name_key('entry.client_name') }} as client_name_key,
        {{ name_key('entry.project_name') }} as project_name_key,
        entry.description,
        day.starts_at,
        day.ends_at,
        day.seconds
    from {{ ref('fct_entry_day') }} as day
    inner join {{ ref('fct_entry') }} as entry
        on day.account_id = entry.account_id and day.entry_id = entry.entry_id
    where entry.is_billable
)

select
    billed.account_id,
    billed.local_date,
    billed.week_start,
    billed.month_start,
    billed.entry_id,
    billed.client_project_key,
    billed.client_name as client,
    coalesce(billed.project_name, {{ no_project() }}) as project,
    billed.description,
    billed.starts_at,
    billed.ends_at,
    billed.seconds::int as billable_seconds,
    rate.hourly_amount::numeric(12, 2) as hourly_amount,
    coalesce(rate.currency, '') as currency
from billed
{{ rate_of('billed') }}
