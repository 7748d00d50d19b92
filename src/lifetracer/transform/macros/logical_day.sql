{# The day that an instant belongs to when nights count to the evening before: it begins at 04:00 on the wall clock. #}
{% macro logical_date(instant, zone) -%}
    (({{ instant }} at time zone {{ zone }}) - interval '4 hours')::date
{%- endmacro %}

{# Remove the rows of stale logical days, or in a full run of all days. #}
{% macro forget_logical_days() -%}
    {%- if execute and is_incremental() -%}
    delete from {{ this }} as kept
    where {{ in_scope('kept') }}
        {%- if not var('full', false) %}
        and (kept.account_id, kept.logical_date) in (
            select stale.account_id, stale.logical_date from {{ ref('stale_logical_day') }} as stale where {{ in_scope('stale') }}
        )
        {%- endif %}
    {%- else -%}
    select 1
    {%- endif -%}
{%- endmacro %}

{#
    What has to be looked at to judge the stale logical days: their blocks, the entries on the days of these (near_entry),
    the plans on the days of those (near_plan), and all days of any of them (near_day).
#}
{% macro near_blocks() -%}
own as (
    select 'plan' as layer, occurrence.account_id, occurrence.occurrence_id as block_id, occurrence.first_date, occurrence.last_date
    from {{ ref('stale_logical_day') }} as stale
    inner join {{ ref('fct_occurrence') }} as occurrence
        on stale.account_id = occurrence.account_id
        and occurrence.first_date between stale.logical_date and stale.logical_date + 1
    where {{ in_scope('stale') }} and {{ logical_date('occurrence.starts_at', 'occurrence.time_zone') }} = stale.logical_date
    union all
    select 'actual' as layer, entry.account_id, entry.entry_id as block_id, entry.first_date, entry.last_date
    from {{ ref('stale_logical_day') }} as stale
    inner join {{ ref('fct_entry') }} as entry
        on stale.account_id = entry.account_id
        and entry.first_date between stale.logical_date and stale.logical_date + 1
    where {{ in_scope('stale') }} and {{ logical_date('entry.starts_at', 'entry.time_zone') }} = stale.logical_date
),

own_day as (
    select distinct own.account_id, own.first_date + n as local_date
    from own
    cross join lateral generate_series(0, own.last_date - own.first_date) as n
),

near_entry as materialized (
    select distinct block.account_id, block.entry_id
    from own_day
    inner join {{ ref('fct_entry_day') }} as block
        on own_day.account_id = block.account_id and own_day.local_date = block.local_date
),

entry_day as (
    select account_id, local_date from own_day
    union
    select entry.account_id, entry.first_date + n as local_date
    from near_entry
    inner join {{ ref('fct_entry') }} as entry
        on near_entry.account_id = entry.account_id and near_entry.entry_id = entry.entry_id
    cross join lateral generate_series(0, entry.last_date - entry.first_date) as n
),

near_plan as materialized (
    select distinct block.account_id, block.occurrence_id
    from entry_day
    inner join {{ ref('fct_occurrence_day') }} as block
        on entry_day.account_id = block.account_id and entry_day.local_date = block.local_date
    where block.is_planned
),

near_day as materialized (
    select account_id, local_date from entry_day
    union
    select occurrence.account_id, occurrence.first_date + n as local_date
    from near_plan
    inner join {{ ref('fct_occurrence') }} as occurrence
        on near_plan.account_id = occurrence.account_id and near_plan.occurrence_id = occurrence.occurrence_id
    cross join lateral generate_series(0, occurrence.last_date - occurrence.first_date) as n
),
{%- endmacro %}
