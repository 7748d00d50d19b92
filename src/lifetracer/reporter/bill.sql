-- Queries of bill.py. A client is meant by name, in any case; null means every client; rounding says what an item is:
--   entry    what was recorded of an entry in the period     day      of a project on a day
--   project  of a project in the period                      (always at one rate)
-- The three queries below begin alike, because each is one question about the same items.

-- currencies --
select distinct currency
from marts.billable_entry
where account_id = %(account_id)s and local_date between %(first)s and %(last)s and currency ~ '^[A-Z]{3}$'

-- lines --
-- By client, project and rate: recorded, billed, and what it comes to in whole units of the currency.
with item as (
    select
        client, project, client_project_key, currency, hourly_amount,
        sum(billable_seconds) as recorded_seconds
    from marts.billable_entry
    where account_id = %(account_id)s and local_date between %(first)s and %(last)s
        and (%(client)s::text is null or lower(coalesce(client, '')) = lower(%(client)s))
    group by
        client, project, client_project_key, currency, hourly_amount,
        case when %(per)s = 'day' then local_date end, case when %(per)s = 'entry' then entry_id end
), billed as (
    select
        *,
        case %(mode)s
            when 'up' then ceil(recorded_seconds / %(step)s::numeric) * %(step)s
            when 'nearest' then round(recorded_seconds / %(step)s::numeric) * %(step)s
            else recorded_seconds
        end as billed_seconds
    from item
)
select
    client, project, currency, hourly_amount,
    sum(recorded_seconds)::int as recorded_seconds,
    sum(billed_seconds)::int as billed_seconds,
    round(sum(billed_seconds) * hourly_amount / 3600, coalesce((%(digits)s::jsonb ->> currency)::int, 2)) as amount
from billed
group by client, project, client_project_key, currency, hourly_amount
order by client nulls last, project, client_project_key, currency, hourly_amount nulls last

-- totals --
-- Of each currency, and of all time: sums of the lines above.
with item as (
    select
        client_project_key, currency, hourly_amount,
        sum(billable_seconds) as recorded_seconds
    from marts.billable_entry
    where account_id = %(account_id)s and local_date between %(first)s and %(last)s
        and (%(client)s::text is null or lower(coalesce(client, '')) = lower(%(client)s))
    group by
        client_project_key, currency, hourly_amount,
        case when %(per)s = 'day' then local_date end, case when %(per)s = 'entry' then entry_id end
), billed as (
    select
        *,
        case %(mode)s
            when 'up' then ceil(recorded_seconds / %(step)s::numeric) * %(step)s
            when 'nearest' then round(recorded_seconds / %(step)s::numeric) * %(step)s
            else recorded_seconds
        end as billed_seconds
    from item
), line as (
    select
        currency,
        sum(recorded_seconds) as recorded_seconds,
        sum(billed_seconds) as billed_seconds,
        round(sum(billed_seconds) * hourly_amount / 3600, coalesce((%(digits)s::jsonb ->> currency)::int, 2)) as amount
    from billed
    group by client_project_key, currency, hourly_amount
)
select
    currency,
    sum(recorded_seconds)::int as recorded_seconds,
    sum(billed_seconds)::int as billed_seconds,
    sum(amount) as amount,
    (sum(sum(recorded_seconds)) over ())::int as all_recorded_seconds,
    (sum(sum(billed_seconds)) over ())::int as all_billed_seconds
from line
group by currency
order by currency = '', currency

-- days --
-- By day and project; an entry that was rounded as a whole counts on the day on which it begins.
with item as (
    select
        client, project, client_project_key, currency, hourly_amount,
        min(local_date) as local_date,
        sum(billable_seconds) as recorded_seconds
    from marts.billable_entry
    where account_id = %(account_id)s and local_date between %(first)s and %(last)s
        and (%(client)s::text is null or lower(coalesce(client, '')) = lower(%(client)s))
    group by
        client, project, client_project_key, currency, hourly_amount,
        case when %(per)s <> 'entry' or %(mode)s = 'none' then local_date end,
        case when %(per)s = 'entry' then entry_id end
)
select
    local_date, client, project,
    sum(recorded_seconds)::int as recorded_seconds,
    sum(
        case %(mode)s
            when 'up' then ceil(recorded_seconds / %(step)s::numeric) * %(step)s
            when 'nearest' then round(recorded_seconds / %(step)s::numeric) * %(step)s
            else recorded_seconds
        end
    )::int as billed_seconds
from item
group by local_date, client, project, client_project_key
order by local_date, client nulls last, project, client_project_key

-- entries --
-- What the sums are made of.
select local_date, starts_at, ends_at, client, project, description, billable_seconds
from marts.billable_entry
where account_id = %(account_id)s and local_date between %(first)s and %(last)s
    and (%(client)s::text is null or lower(coalesce(client, '')) = lower(%(client)s))
order by starts_at, ends_at, entry_id, local_date
