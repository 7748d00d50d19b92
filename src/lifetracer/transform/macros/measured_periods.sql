{#
    Measure the periods of targets, or of intents: `wanted` is core.dim_target or core.dim_intent, `key` its key.

    A period is measured by the version that is valid on its first day, from the first day with data to the present. A
    day whose weekday does not count has no period, and lends nothing to its week or month. In a usual run a target that
    is measured already needs the periods of stale days, and the one that is open.
#}
{% macro measured_periods(wanted, key) -%}
{%- set of_these_days = "= any(array(select these.local_date from day as these))" %}
with target as (
    select
        target.*,
        ({{ as_of() }} at time zone account.time_zone)::date as today,
        greatest(
            target.valid_from,
            date '2000-01-01',
            (select min(known.local_date) from {{ ref('dim_day') }} as known where known.account_id = target.account_id)
        ) as first_date,
        {%- if only_changes() %}
        exists (
            select from {{ this }} as kept
            where
                kept.account_id = target.account_id
                and kept.{{ key }} = target.{{ key }}
                and kept.valid_from = target.valid_from
                and kept.made_from = target.made_from
        ) as is_measured
        {%- else %}
        false as is_measured
        {%- endif %}
    from {{ wanted }} as target
    inner join {{ source('app', 'account') }} as account on target.account_id = account.account_id
    where {{ in_scope('target') }}
),

dated as (
    select
        target.*,
        begun.period_start,
        (begun.period_start + ('1 ' || target.period)::interval)::date as period_end
    from target
    cross join lateral (
        select begins::date as period_start
        from generate_series(
            ({{ period_start('target.period', 'target.first_date') }})::timestamp,
            target.today::timestamp,
            ('1 ' || target.period)::interval
        ) as begins
        where not target.is_measured
        {%- if only_changes() %}
        union
        select {{ period_start('target.period', 'stale.local_date') }} as period_start
        from {{ ref('stale_day') }} as stale
        where stale.account_id = target.account_id and target.is_measured
        union
        select {{ period_start('target.period', 'target.today') }} as period_start
        {%- endif %}
    ) as begun
),

period as materialized (
    select dated.*
    from dated
    where
        dated.period_start >= dated.valid_from
        and dated.period_start >= {{ period_start('dated.period', 'dated.first_date') }}
        and dated.period_start <= dated.today
        and (dated.valid_to is null or dated.period_start < dated.valid_to)
        and (dated.period <> 'day' or dated.weekdays is null or extract(isodow from dated.period_start)::int = any(dated.weekdays))
        {%- if only_changes() %}
        and not exists (
            select from {{ this }} as kept
            where
                kept.account_id = dated.account_id
                and kept.{{ key }} = dated.{{ key }}
                and kept.period_start = dated.period_start
        )
        {%- endif %}
),

day as materialized (
    select
        period.account_id,
        period.{{ key }},
        period.period_start,
        period.period_start + n as local_date,
        period.subject,
        period.subject_value,
        period.category_ids,
        period.measure
    from period
    cross join lateral generate_series(0, least(period.period_end - 1, period.today) - period.period_start) as n
    where period.weekdays is null or extract(isodow from period.period_start + n)::int = any(period.weekdays)
),

lived as materialized (
    select
        day.account_id,
        day.{{ key }},
        day.period_start,
        day.local_date,
        block.entry_id,
        block.start_second,
        block.end_second,
        entry.first_date = day.local_date as begins
    from day
    inner join {{ ref('fct_entry_day') }} as block
        on day.account_id = block.account_id and day.local_date = block.local_date
    inner join {{ ref('fct_entry') }} as entry
        on block.account_id = entry.account_id and block.entry_id = entry.entry_id
    where
        block.starts_at < {{ as_of() }}
        {%- if only_changes() %}
        and {{ in_scope('block') }} and block.local_date {{ of_these_days }}
        {%- endif %}
        and case day.subject
            when 'all' then true
            when 'category' then block.category_id = any(day.category_ids)
            when 'project'
                then entry.project_key = day.subject_value
                or {{ name_key('entry.project_name') }} = {{ name_key('day.subject_value') }}
            when 'tag'
                then exists (
                    select from unnest(entry.tags) as tag (name)
                    where {{ name_key('tag.name') }} = {{ name_key('day.subject_value') }}
                )
            when 'text' then strpos(app.fold(entry.description), app.fold(day.subject_value)) > 0
        end
),

lived_day as (
    select
        account_id,
        {{ key }},
        period_start,
        count(*) filter (where begins) as entries,
        min(start_second) filter (where begins) as first_second,
        max(end_second) as last_second
    from lived
    group by account_id, {{ key }}, period_start, local_date
),

begun as (
    select
        account_id,
        {{ key }},
        period_start,
        sum(entries) as entries,
        round(avg(first_second)) as start_time,
        round(avg(last_second)) as end_time
    from lived_day
    group by account_id, {{ key }}, period_start
),

-- Every second once, as in all sums.
spent as (
    select lived.account_id, lived.{{ key }}, lived.period_start, sum(span.seconds) as seconds
    from lived
    inner join {{ ref('fct_span') }} as span
        on lived.account_id = span.account_id and lived.local_date = span.local_date and lived.entry_id = span.entry_id
    where
        span.is_past
        {%- if only_changes() %}
        and {{ in_scope('span') }} and span.local_date {{ of_these_days }}
        {%- endif %}
    group by lived.account_id, lived.{{ key }}, lived.period_start
),

tracked as (
    select day.account_id, day.{{ key }}, day.period_start, sum(span.seconds) as seconds
    from day
    inner join {{ ref('fct_span') }} as span on day.account_id = span.account_id and day.local_date = span.local_date
    where
        day.measure = 'share'
        and span.entry_id is not null
        and span.is_past
        {%- if only_changes() %}
        and {{ in_scope('span') }} and span.local_date {{ of_these_days }}
        {%- endif %}
    group by day.account_id, day.{{ key }}, day.period_start
),

measured as (
    select
        period.*,
        period.today >= period.period_end as is_over,
        case period.measure
            when 'duration' then coalesce(spent.seconds, 0)
            when 'count' then coalesce(begun.entries, 0)
            when 'start_time' then begun.start_time
            when 'end_time' then begun.end_time
            else round(coalesce(spent.seconds, 0)::numeric / tracked.seconds, 6)
        end::numeric as reached
    from period
    left join begun
        on period.account_id = begun.account_id
        and period.{{ key }} = begun.{{ key }}
        and period.period_start = begun.period_start
    left join spent
        on period.account_id = spent.account_id
        and period.{{ key }} = spent.{{ key }}
        and period.period_start = spent.period_start
    left join tracked
        on period.account_id = tracked.account_id
        and period.{{ key }} = tracked.{{ key }}
        and period.period_start = tracked.period_start
)

select
    account_id,
    {{ key }},
    valid_from,
    period,
    period_start,
    period_end,
    reached,
    is_over,
    {{ is_period_met() }} as is_met,
    made_from
from measured
{%- endmacro %}
