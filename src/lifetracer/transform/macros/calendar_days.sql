{#
    The days of an account: whole weeks from the first block to the last, this week included, and any other day with a
    block. Blocks before 2000 or more than three years ahead (typing errors) do not stretch the weeks.
#}
{% macro calendar_weeks() -%}
    select
        account.account_id,
        account.time_zone,
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
{%- endmacro %}

{# Days with blocks before or after the weeks of the CTE `week`. #}
{% macro odd_days() -%}
    {%- for fact in ('entry', 'occurrence') %}
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
    {%- if not loop.last %}
    union
    {%- endif %}
    {%- endfor %}
{%- endmacro %}

{# The days that this run makes: in a usual run the stale ones that belong to the calendar, else all. #}
{% macro due_days() -%}
    with week as ({{ calendar_weeks() }}),

    odd as ({{ odd_days() }})

    {% if only_changes() -%}
    select week.account_id, week.time_zone, stale.local_date
    from week
    inner join {{ ref('stale_day') }} as stale on week.account_id = stale.account_id
    where
        stale.local_date between week.first_monday and week.last_sunday
        or (stale.account_id, stale.local_date) in (select odd.account_id, odd.local_date from odd)
    {%- else -%}
    select week.account_id, week.time_zone, week.first_monday + n as local_date
    from week
    cross join lateral generate_series(0, week.last_sunday - week.first_monday) as n
    union all
    select week.account_id, week.time_zone, odd.local_date
    from week
    inner join odd on week.account_id = odd.account_id
    {%- endif %}
{%- endmacro %}

{# Note the days that are new, that the calendar no longer reaches, or that time went over since the last run. #}
{% macro note_time_gone_by() -%}
    {%- if execute and only_changes() -%}
    with week as materialized ({{ calendar_weeks() }}),

    odd as materialized ({{ odd_days() }}),

    -- Usually no day is missing: counting tells it sooner than comparing.
    missing as (
        select week.account_id, week.first_monday + n as local_date
        from week
        cross join lateral (
            select count(*) as days
            from {{ this }} as kept
            where kept.account_id = week.account_id and kept.local_date between week.first_monday and week.last_sunday
        ) as known
        cross join lateral generate_series(
            0,
            case when known.days > week.last_sunday - week.first_monday then -1 else week.last_sunday - week.first_monday end
        ) as n
        union all
        select odd.account_id, odd.local_date from odd
    )

    insert into {{ ref('stale_day') }} (account_id, local_date)
    select missing.account_id, missing.local_date
    from missing
    where not exists (
        select from {{ this }} as kept
        where kept.account_id = missing.account_id and kept.local_date = missing.local_date
    )
    union
    select gone.account_id, gone.local_date
    from week
    cross join lateral (
        select kept.account_id, kept.local_date from {{ this }} as kept
        where kept.account_id = week.account_id and kept.local_date < week.first_monday
        union all
        select kept.account_id, kept.local_date from {{ this }} as kept
        where kept.account_id = week.account_id and kept.local_date > week.last_sunday
        offset 0
    ) as gone
    where (gone.account_id, gone.local_date) not in (select odd.account_id, odd.local_date from odd)
    union
    select passed.account_id, passed.local_date
    from {{ ref('dim_account') }} as made
    cross join lateral (
        select kept.account_id, kept.local_date
        from {{ this }} as kept
        where
            kept.account_id = made.account_id
            -- no day is longer than 27 hours, so these are all that can lie between
            and kept.starts_at between least(made.as_of, {{ as_of() }}) - interval '2 days' and greatest(made.as_of, {{ as_of() }})
            and kept.starts_at < greatest(made.as_of, {{ as_of() }})
            and kept.ends_at > least(made.as_of, {{ as_of() }})
        offset 0
    ) as passed
    where {{ in_scope('made') }}
    on conflict do nothing
    {%- endif -%}
{%- endmacro %}
