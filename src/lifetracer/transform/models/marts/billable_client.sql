-- Billed is what was recorded: overlapping entries are billed each. Amounts are rounded once for
-- each project and rate, as on a bill.
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
),

of_rate as (
    select
        account_id,
        month_start,
        client_project_key,
        currency,
        hourly_amount,
        max(client_name) as client_name,
        max(project_name) as project_name,
        sum(seconds) as seconds,
        round(sum(seconds) * hourly_amount / 3600, {{ currency_digits('currency') }}) as amount
    from priced
    group by account_id, month_start, client_project_key, currency, hourly_amount
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
    coalesce(sum(amount), 0)::numeric(16, 4) as amount
from of_rate
group by account_id, month_start, client_project_key, currency
