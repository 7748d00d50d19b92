{#
    The days of an account: whole weeks from the first block to the last, this week included, and any other day with a
    block. Blocks before 2000 or more than three years ahead (typing errors) do not stretch the weeks.
#}
{% macro calendar_days() -%}
    with week as (
        select
            account.account_id,
            {{ week_start('least(entry.first_date, occurrence.first_date, today.local_date)') }} as first_monday,
            {{ week_start('greatest(entry.last_date, occurrence.last_date, today.local_date)') }} + 6 as last_sunday
        from {{ source('app', 'account') }} as account
        cross join lateral (select ({{ as_of() }} at time zone account.time_zone)::date as local_date) as today
        {%- for fact in ('entry', 'occurrence') %}
        cross join lateral (
            select min(block.local_date) as first_date, max(block.local_date) as last_date
            from {{ ref('fct_' ~ fact ~ '_day') }} as block
            where block.account_id = account.account_id and block.local_date between '2000-01-01' and today.local_date + 1096
        ) as {{ fact }}
        {%- endfor %}
        where {{ in_scope('account') }}
    )

    select week.account_id, week.first_monday + n as local_date
    from week
    cross join lateral generate_series(0, week.last_sunday - week.first_monday) as n
    {%- for fact in ('entry', 'occurrence') %}
    union
    select week.account_id, odd.local_date
    from week
    cross join lateral (
        select block.local_date from {{ ref('fct_' ~ fact ~ '_day') }} as block
        where block.account_id = week.account_id and block.local_date < week.first_monday
        union
        select block.local_date from {{ ref('fct_' ~ fact ~ '_day') }} as block
        where block.account_id = week.account_id and block.local_date > week.last_sunday
        offset 0
    ) as odd
    {%- endfor %}
{%- endmacro %}

{# Note the days that are new, that the calendar no longer reaches, or that time went over since the last run. #}
{% macro note_time_gone_by() -%}
    {%- if execute and only_changes() -%}
    with wanted as materialized ({{ calendar_days() }}),

    known as (select account_id, local_date, starts_at, ends_at from {{ this }} as kept where {{ in_scope('kept') }})

    insert into {{ ref('stale_day') }} (account_id, local_date)
    select account_id, local_date from (select account_id, local_date from wanted except select account_id, local_date from known) as new
    union
    select account_id, local_date from (select account_id, local_date from known except select account_id, local_date from wanted) as gone
    union
    select known.account_id, known.local_date
    from known
    inner join {{ ref('dim_account') }} as made on known.account_id = made.account_id
    where known.starts_at < greatest(made.as_of, {{ as_of() }}) and known.ends_at > least(made.as_of, {{ as_of() }})
    on conflict do nothing
    {%- endif -%}
{%- endmacro %}
