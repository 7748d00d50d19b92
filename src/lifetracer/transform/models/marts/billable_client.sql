-- Billed is what was recorded: overlapping entries are billed each. Amounts are rounded once, in the sum.
with billed as (
    select
        account_id,
        month_start,
        local_date,
        client_project_key,
        client_name,
        project_name,
        sum(billable_seconds) as seconds
    from {{ ref('fct_day_project') }}
    where billable_seconds > 0
    group by account_id, month_start, local_date, client_project_key, client_name, project_name
),

named as (
    select
        billed.*,
        {{ name_key('client_name') }} as client_name_key,
        {{ name_key('project_name') }} as project_name_key
    from billed
),

priced as (
    select
        named.*,
        rate.hourly_amount,
        coalesce(rate.currency, '') as currency
    from named
    {{ rate_of('named') }}
)

select
    account_id,
    month_start,
    client_project_key,
    max(client_name) as client,
    coalesce(max(project_name), {{ no_project() }}) as project,
    currency,
    sum(seconds)::int as billable_seconds,
    coalesce(sum(seconds) filter (where hourly_amount is null), 0)::int as unrated_seconds,
    round(coalesce(sum(seconds * hourly_amount), 0) / 3600, 2)::numeric(14, 2) as amount
from priced
group by account_id, month_start, client_project_key, currency
