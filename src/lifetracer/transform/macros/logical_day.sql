{# The day that an instant belongs to when nights count to the evening before: it begins at 04:00 on the wall clock. #}
{% macro logical_date(instant, zone) -%}
    (({{ instant }} at time zone {{ zone }}) - interval '4 hours')::date
{%- endmacro %}

{#
    The rows of a fact for each row of a short list, one index look-up each: the planner, who knows nothing of a list that
    was just made, would rather read the whole history.
#}
{% macro looked_up(fact, alias, list, key, condition='true') -%}
cross join lateral (
        select found.* from {{ fact }} as found
        where found.account_id = {{ list }}.account_id and found.{{ key }} = {{ list }}.{{ key }} and {{ condition }}
        offset 0
    ) as {{ alias }}
{%- endmacro %}

{# Whether a row lies on a stale logical day. Written so that the planner takes the index, with or without statistics. #}
{% macro is_stale_logically(alias) -%}
    {%- if var('account_id', '') -%}
    {{ in_scope(alias) }}
    and {{ alias }}.logical_date = any(
        array(select stale.logical_date from {{ ref('stale_logical_day') }} as stale where {{ in_scope('stale') }})
    )
    {%- else -%}
    ({{ alias }}.account_id, {{ alias }}.logical_date) in (
        select stale.account_id, stale.logical_date from {{ ref('stale_logical_day') }} as stale
    )
    {%- endif -%}
{%- endmacro %}

{# Remove the rows of stale logical days, or in a full run of all days. #}
{% macro forget_logical_days() -%}
    {%- if execute and is_incremental() -%}
    delete from {{ this }} as kept
    where {% if var('full', false) -%} {{ in_scope('kept') }} {%- else -%} {{ is_stale_logically('kept') }} {%- endif %}
    {%- endif -%}
{%- endmacro %}

{#
    What has to be looked at to judge the stale logical days: their blocks, the entries on the days of these (near_entry),
    the plans on the days of those (near_plan), and all days of any of them (near_day).
#}
{% macro near_blocks() -%}
own as (
    {%- for fact in [ref('fct_occurrence'), ref('fct_entry')] %}
    select block.account_id, block.first_date, block.last_date
    from {{ ref('stale_logical_day') }} as stale
    cross join lateral (
        select found.* from {{ fact }} as found
        where
            found.account_id = stale.account_id
            and found.first_date in (stale.logical_date, stale.logical_date + 1)
            and {{ logical_date('found.starts_at', 'found.time_zone') }} = stale.logical_date
        offset 0
    ) as block
    where {{ in_scope('stale') }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

own_day as (
    select distinct own.account_id, own.first_date + n as local_date
    from own
    cross join lateral generate_series(0, own.last_date - own.first_date) as n
),

near_entry as materialized (
    select distinct block.account_id, block.entry_id
    from own_day
    {{ looked_up(ref('fct_entry_day'), 'block', 'own_day', 'local_date') }}
),

entry_day as (
    select account_id, local_date from own_day
    union
    select entry.account_id, entry.first_date + n as local_date
    from near_entry
    {{ looked_up(ref('fct_entry'), 'entry', 'near_entry', 'entry_id') }}
    cross join lateral generate_series(0, entry.last_date - entry.first_date) as n
),

near_plan as materialized (
    select distinct block.account_id, block.occurrence_id
    from entry_day
    {{ looked_up(ref('fct_occurrence_day'), 'block', 'entry_day', 'local_date', 'found.is_planned') }}
),

near_day as materialized (
    select account_id, local_date from entry_day
    union
    select occurrence.account_id, occurrence.first_date + n as local_date
    from near_plan
    {{ looked_up(ref('fct_occurrence'), 'occurrence', 'near_plan', 'occurrence_id') }}
    cross join lateral generate_series(0, occurrence.last_date - occurrence.first_date) as n
),
{%- endmacro %}
