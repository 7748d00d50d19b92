{{
    config(
        meta={'internal': true},
        tags=['stale'],
        indexes=[{'columns': ['account_id', 'occurrence_id'], 'unique': true}],
    )
}}
-- depends_on: {{ source('app', 'account') }}
-- depends_on: {{ source('app', 'category_rule') }}
-- depends_on: {{ source('raw', 'change') }}
-- depends_on: {{ source('raw', 'occurrence') }}
-- depends_on: {{ ref('dim_account') }}
-- depends_on: {{ ref('all_calendars') }}
-- depends_on: {{ ref('all_events') }}
{%- if only_changes() %}
with noted as (
    select change.account_id, change.stream, unnest(change.source_ids) as source_id
    from {{ source('raw', 'change') }} as change
    where
        change.is_taken
        and {{ in_scope('change') }}
        and (change.stream = 'occurrence' or change.stream like '%\_\_events')
),

other_calendar as (
    select
        coalesce(now.account_id, before.account_id) as account_id,
        coalesce(now.source, before.source) as source,
        coalesce(now.calendar_id, before.calendar_id) as calendar_id
    from (select * from {{ ref('all_calendars') }} as calendar where {{ in_scope('calendar') }}) as now
    full join (select * from {{ former('dim_calendar') }} as calendar where {{ in_scope('calendar') }}) as before
        on now.account_id = before.account_id and now.source = before.source and now.calendar_id = before.calendar_id
    where
        (now.calendar_id, now.calendar_name, now.calendar_color, now.is_primary, now.is_busy_only)
        is distinct from
        (before.calendar_id, before.calendar_name, before.calendar_color, before.is_primary, before.is_busy_only)
),

found as (
    select account_id, source_id as occurrence_id from noted where stream = 'occurrence'
    union
    select occurrence.account_id, occurrence.occurrence_id
    from noted
    cross join lateral (
        select told.account_id, told.occurrence_id, told.source
        from {{ source('raw', 'occurrence') }} as told
        where told.account_id = noted.account_id and told.content_id = noted.source_id
        offset 0
    ) as occurrence
    where noted.stream = occurrence.source || '__events'
    union
    select occurrence.account_id, occurrence.occurrence_id
    from other_calendar
    cross join lateral (
        select told.account_id, told.occurrence_id
        from {{ source('raw', 'occurrence') }} as told
        where
            told.account_id = other_calendar.account_id
            and told.source = other_calendar.source
            and told.calendar_id = other_calendar.calendar_id
        offset 0
    ) as occurrence
    union
    -- Other rules: whose category would be another now.
    select occurrence.account_id, occurrence.occurrence_id
    from {{ ref('dim_account') }} as made
    cross join lateral (
        select kept.account_id, kept.occurrence_id
        from {{ former('fct_occurrence') }} as kept
        where kept.account_id = made.account_id and kept.category_id <> {{ category_of_occurrence('kept', 'kept.title_category_id') }}
        offset 0
    ) as occurrence
    where {{ in_scope('made') }} and made.category_version is distinct from app.category_version(made.account_id)
),

{{ with_their_copies('found') }}

select
    account_id,
    occurrence_id
from found_or_copy
where not exists (
    select from {{ this }} as listed
    where listed.account_id = found_or_copy.account_id and listed.occurrence_id = found_or_copy.occurrence_id
)
{%- else %}
select
    null::uuid as account_id,
    null::text as occurrence_id
where false
{%- endif %}
