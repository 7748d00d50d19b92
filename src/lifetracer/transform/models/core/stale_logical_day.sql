{{
    config(
        meta={'internal': true, 'by_day': true},
        indexes=[{'columns': ['account_id', 'logical_date'], 'unique': true}],
        pre_hook="{{ forget_all() }}",
    )
}}
-- depends_on: {{ ref('stale_day') }}
-- depends_on: {{ ref('dim_day') }} (which notes the days that time went over)
-- depends_on: {{ ref('fct_entry_day') }}
-- depends_on: {{ ref('fct_occurrence_day') }}
-- depends_on: {{ ref('fct_entry') }}
-- depends_on: {{ ref('fct_occurrence') }}
{%- if only_changes() %}
-- How far a change of some days reaches, outwards (see fct_match):
--   a plan that touches them may be in place now, or no longer;
--   so an entry on the days of such a plan may serve it now, or be free;
--   so another plan on the days of such an entry may have gained or lost time;
--   and wherever one of these starts, the day's free plans and entries are paired anew. A plan or entry that is gone
--   started on a stale day, which is the logical day of its morning's or of the day before.
with changed as (
    select account_id, local_date from {{ ref('stale_day') }} as stale where {{ in_scope('stale') }}
),

plan_day as (
    select distinct block.account_id, block.occurrence_id
    from changed
    {{ looked_up(ref('fct_occurrence_day'), 'block', 'changed', 'local_date', 'found.is_planned') }}
),

plan as (
    select account_id, local_date from changed
    union
    select occurrence.account_id, occurrence.first_date + n as local_date
    from plan_day
    {{ looked_up(ref('fct_occurrence'), 'occurrence', 'plan_day', 'occurrence_id') }}
    cross join lateral generate_series(0, occurrence.last_date - occurrence.first_date) as n
),

entry_day as (
    select distinct block.account_id, block.entry_id
    from plan
    {{ looked_up(ref('fct_entry_day'), 'block', 'plan', 'local_date') }}
),

entry as materialized (
    select
        entry.account_id,
        entry.first_date,
        entry.last_date,
        {{ logical_date('entry.starts_at', 'entry.time_zone') }} as logical_date
    from entry_day
    {{ looked_up(ref('fct_entry'), 'entry', 'entry_day', 'entry_id') }}
),

reached as (
    select account_id, local_date from plan
    union
    select entry.account_id, entry.first_date + n as local_date
    from entry
    cross join lateral generate_series(0, entry.last_date - entry.first_date) as n
),

reached_plan as (
    select distinct block.account_id, block.occurrence_id
    from reached
    {{ looked_up(ref('fct_occurrence_day'), 'block', 'reached', 'local_date', 'found.is_planned') }}
)

select account_id, local_date as logical_date from changed
union
select account_id, local_date - 1 as logical_date from changed
union
select account_id, logical_date from entry
union
select
    occurrence.account_id,
    {{ logical_date('occurrence.starts_at', 'occurrence.time_zone') }} as logical_date
from reached_plan
{{ looked_up(ref('fct_occurrence'), 'occurrence', 'reached_plan', 'occurrence_id') }}
{%- else %}
select
    null::uuid as account_id,
    null::date as logical_date
where false
{%- endif %}
