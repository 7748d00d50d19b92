{#
    The days that are counted even when nothing lies on them: whole weeks from the first block to the last, this week
    included. Blocks before 2000 or more than three years ahead (typing errors) do not stretch it.
#}
{% macro calendar_weeks() -%}
    select
        account.account_id,
        {{ week_start('least(entry.first_date, occurrence.first_date, today.local_date)') }} as first_monday,
        {{ week_start('greatest(entry.last_date, occurrence.last_date, today.local_date)') }} as last_monday
    from {{ source('app', 'account') }} as account
    cross join lateral (select ({{ as_of() }} at time zone account.time_zone)::date as local_date) as today
    cross join lateral (
        select min(day.local_date) as first_date, max(day.local_date) as last_date
        from {{ ref('fct_entry_day') }} as day
        where day.account_id = account.account_id and day.local_date between '2000-01-01' and today.local_date + 1096
    ) as entry
    cross join lateral (
        select min(day.local_date) as first_date, max(day.local_date) as last_date
        from {{ ref('fct_occurrence_day') }} as day
        where day.account_id = account.account_id and day.local_date between '2000-01-01' and today.local_date + 1096
    ) as occurrence
    where {{ in_scope('account') }}
{%- endmacro %}

{% macro calendar_days() -%}
    select
        week.account_id,
        week.first_monday + n as local_date
    from ({{ calendar_weeks() }}) as week
    cross join lateral generate_series(0, week.last_monday + 6 - week.first_monday) as n
{%- endmacro %}

{# Remove days without blocks that the calendar no longer reaches. #}
{% macro forget_outside_calendar() -%}
    {%- if execute and is_incremental() and not var('full', false) -%}
    delete from {{ this }} as kept
    where (kept.account_id, kept.local_date) in (
        select account_id, local_date from {{ this }} as known where {{ in_scope('known') }}
        except
        select account_id, local_date from ({{ calendar_days() }}) as calendar
        except
        select account_id, local_date from {{ ref('fct_entry_day') }} as entry where {{ in_scope('entry') }}
        except
        select account_id, local_date from {{ ref('fct_occurrence_day') }} as occurrence where {{ in_scope('occurrence') }}
    )
    {%- else -%}
    select 1
    {%- endif -%}
{%- endmacro %}
