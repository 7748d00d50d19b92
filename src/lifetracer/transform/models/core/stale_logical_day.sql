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
    inner join {{ ref('fct_occurrence_day') }} as block
        on changed.account_id = block.account_id and changed.local_date = block.local_date
    where block.is_planned
),

plan as (
    select account_id, local_date from changed
    union
    select occurrence.account_id, occurrence.first_date + n as local_date
    from plan_day
    inner join {{ ref('fct_occurrence') }} as occurrence
        on plan_day.account_id = occurrence.account_id and plan_day.occurrence_id = occurrence.occurrence_id
    cross join lateral generate_series(0, occurrence.last_date - occurrence.first_date) as n
),

entry_day as (
    select distinct block.account_id, block.entry_id
    from plan
    inner join {{ ref('fct_entry_day') }} as block
        on plan.account_id = block.account_id and plan.local_date = block.local_date
),

entry as materialized (
    select
        entry.account_id,
        entry.first_date,
        entry.last_date,
        {{ logical_date('entry.starts_at', 'entry.time_zone') }} as logical_date
    from entry_day
    inner join {{ ref('fct_entry') }} as entry
        on entry_day.account_id = entry.account_id and entry_day.entry_id = entry.entry_id
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
    inner join {{ ref('fct_occurrence_day') }} as block
        on reached.account_id = block.account_id and reached.local_date = block.local_date
    where block.is_planned
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
inner join {{ ref('fct_occurrence') }} as occurrence
    on reached_plan.account_id = occurrence.account_id and reached_plan.occurrence_id = occurrence.occurrence_id
{%- else %}
select
    null::uuid as account_id,
    null::date as logical_date
where false
{%- endif %}
