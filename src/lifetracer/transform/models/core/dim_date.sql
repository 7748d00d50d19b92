{{
    config(
        meta={'internal': true},
        indexes=[{'columns': ['local_date'], 'unique': true}, {'columns': ['week_start']}],
        post_hook="{{ shield_calendar(this) }}",
    )
}}
-- Whole weeks from the one of 1 January 2000 to the one of 31 December in four years; nothing is ever removed.
with bound as (
    select
        {%- if only_changes() %}
        coalesce((select max(kept.local_date) + 1 from {{ this }} as kept), date '1999-12-27') as first_date,
        {%- else %}
        date '1999-12-27' as first_date,
        {%- endif %}
        make_date(extract(year from {{ as_of() }})::int + 4, 12, 31) as last_date
),

day as (
    select bound.first_date + n as local_date
    from bound
    cross join lateral generate_series(
        0, {{ week_start('bound.last_date') }} + 6 - bound.first_date
    ) as n
    {%- if this is not none and is_incremental() %}
    where not exists (select from {{ this }} as kept where kept.local_date = bound.first_date + n)
    {%- endif %}
)

select
    local_date,
    {{ week_start('local_date') }} as week_start,
    date_trunc('month', local_date)::date as month_start,
    date_trunc('quarter', local_date)::date as quarter_start,
    extract(isoyear from local_date)::int as iso_year,
    extract(week from local_date)::int as iso_week,
    extract(year from local_date)::int as year,
    extract(quarter from local_date)::int as quarter,
    extract(month from local_date)::int as month,
    extract(day from local_date)::int as day_of_month,
    extract(doy from local_date)::int as day_of_year,
    extract(isodow from local_date)::int as weekday
from day
