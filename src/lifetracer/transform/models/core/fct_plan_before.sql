{{
    config(
        meta={'by_day': true},
        indexes=[
            {'columns': ['account_id', 'local_date', 'occurrence_id'], 'unique': true},
            {'columns': ['account_id', 'occurrence_id']},
            {'columns': ['account_id', 'week_start']},
        ],
        pre_hook="{{ forget_touched_plans() }}",
    )
}}
-- depends_on: {{ ref('stale_day') }}
-- depends_on: {{ ref('dim_day') }} (which notes the days that time went over)
-- depends_on: {{ ref('fct_occurrence_day') }}
-- depends_on: {{ ref('fct_occurrence') }}
-- Each plan as it stood at 20:00 on the evening before its day, beside what became of it. A version counts from when the
-- service says it was made, if it says so, else from when it was received: a sync that came late changes nothing.
-- Versions that were made after that evening and before anything was received are unknown.
with touched as materialized (
    {{ touched_plans() }}
),

former as materialized (
    select
        former.*,
        lead(former.content_id) over (partition by former.account_id, former.occurrence_id order by former.revision_id) as next_content_id
    {%- if only_changes() %}
    from touched
    {{ looked_up(source('raw', 'occurrence_revision'), 'former', 'touched', 'occurrence_id') }}
    {%- else %}
    from {{ source('raw', 'occurrence_revision') }} as former
    inner join touched on former.account_id = touched.account_id and former.occurrence_id = touched.occurrence_id
    {%- endif %}
),

present as materialized (
    select
        occurrence.account_id, occurrence.occurrence_id, occurrence.source, occurrence.calendar_id, occurrence.content_id,
        occurrence.starts_at, occurrence.ends_at
    {%- if only_changes() %}
    from touched
    {{ looked_up(source('raw', 'occurrence'), 'occurrence', 'touched', 'occurrence_id') }}
    {%- else %}
    from {{ source('raw', 'occurrence') }} as occurrence
    inner join touched on occurrence.account_id = touched.account_id and occurrence.occurrence_id = touched.occurrence_id
    {%- endif %}
),

placed as materialized (
    select
        occurrence.account_id, occurrence.occurrence_id, occurrence.first_date as local_date,
        occurrence.starts_at, occurrence.ends_at, occurrence.is_busy
    {%- if only_changes() %}
    from touched
    {{ looked_up(ref('fct_occurrence'), 'occurrence', 'touched', 'occurrence_id') }}
    {%- else %}
    from {{ ref('fct_occurrence') }} as occurrence
    inner join touched on occurrence.account_id = touched.account_id and occurrence.occurrence_id = touched.occurrence_id
    {%- endif %}
    where occurrence.is_placed and not occurrence.is_all_day
),

final as (
    select account_id, occurrence_id, local_date, starts_at, ends_at from placed where is_busy
),

lain as (
    select account_id, occurrence_id, local_date from placed
    union
    select former.account_id, former.occurrence_id, (former.starts_at at time zone account.time_zone)::date as local_date
    from former
    inner join {{ source('app', 'account') }} as account on former.account_id = account.account_id
    where former.starts_at is not null
),

-- The days in question, as far as they have begun, each with its evening before.
asked as materialized (
    select
        lain.account_id,
        lain.occurrence_id,
        lain.local_date,
        account.time_zone,
        ((lain.local_date - 1) + time '20:00') at time zone account.time_zone as evening
    from lain
    inner join {{ source('app', 'account') }} as account on lain.account_id = account.account_id
    where {{ day_start('lain.local_date', 'account.time_zone') }} < {{ as_of() }}
),

-- One key of one column: with several the planner, who knows nothing of these rows yet, would join by the first alone.
version as materialized (
    select
        version.*,
        concat_ws('/', version.account_id, version.source, version.event_id) as event_key
    from {{ ref('all_event_versions') }} as version
    inner join (
        select account_id, source, content_id from former
        union
        select account_id, source, content_id from present
    ) as content
        on version.account_id = content.account_id and version.source = content.source and version.event_id = content.content_id
),

-- When a version of an occurrence really ended: when the event that replaced it was changed at the service.
ended as (
    select
        former.account_id,
        former.occurrence_id,
        former.revision_id,
        least(former.replaced_at, min(version.updated_at)) as ended_at
    from former
    left join present on former.account_id = present.account_id and former.occurrence_id = present.occurrence_id
    left join version
        on former.change <> 'removed'
        and version.event_key = concat_ws('/', former.account_id, former.source, coalesce(former.next_content_id, present.content_id))
        and version.synced_at <= former.replaced_at
        and (version.replaced_at is null or version.replaced_at > former.replaced_at)
    group by former.account_id, former.occurrence_id, former.revision_id, former.replaced_at
),

-- The occurrence that evening: the first version that ended later, else the present one.
stood as (
    select distinct on (asked.account_id, asked.occurrence_id, asked.local_date)
        asked.*,
        former.change,
        coalesce(former.source, present.source) as source,
        coalesce(former.calendar_id, present.calendar_id) as calendar_id,
        coalesce(former.content_id, present.content_id) as content_id,
        concat_ws(
            '/', asked.account_id, coalesce(former.source, present.source), coalesce(former.content_id, present.content_id)
        ) as event_key,
        case when former.revision_id is null then present.starts_at else former.starts_at end as starts_at,
        case when former.revision_id is null then present.ends_at else former.ends_at end as ends_at
    from asked
    left join ended
        on asked.account_id = ended.account_id and asked.occurrence_id = ended.occurrence_id and ended.ended_at > asked.evening
    left join former
        on ended.account_id = former.account_id
        and ended.occurrence_id = former.occurrence_id
        and ended.revision_id = former.revision_id
    left join present on asked.account_id = present.account_id and asked.occurrence_id = present.occurrence_id
    order by asked.account_id asc, asked.occurrence_id asc, asked.local_date asc, former.revision_id asc
),

-- Its event that evening, and whether there was one at all.
told as (
    select distinct on (stood.account_id, stood.occurrence_id, stood.local_date)
        stood.*,
        version.event_id is not null as is_known,
        version.is_busy,
        version.title,
        version.ical_uid
    from stood
    left join version
        on stood.event_key = version.event_key
        and least(version.synced_at, version.updated_at) <= stood.evening
    order by stood.account_id asc, stood.occurrence_id asc, stood.local_date asc, version.synced_at desc, version.replaced_at desc nulls first
),

made as (
    select event_key, min(created_at) as created_at
    from version
    group by event_key
),

compared as (
    select
        told.account_id,
        told.occurrence_id,
        told.local_date,
        told.source,
        told.calendar_id,
        told.title as before_title,
        case when told.is_known then told.starts_at end as before_starts_at,
        case when told.is_known then told.ends_at end as before_ends_at,
        final.starts_at,
        final.ends_at,
        case
            when final.local_date is distinct from told.local_date then case
                when
                    not told.is_known
                    or not told.is_busy
                    or told.change is not distinct from 'added'
                    or (told.starts_at at time zone told.time_zone)::date is distinct from told.local_date
                    or told.ends_at <= told.starts_at
                    then null
                when final.occurrence_id is not null then 'moved'
                when
                    exists (
                        select from {{ ref('fct_occurrence') }} as copy
                        where
                            copy.account_id = told.account_id
                            and copy.first_date = told.local_date
                            and copy.ical_uid = told.ical_uid
                            and copy.starts_at = told.starts_at
                            and copy.is_busy
                    )
                    then null
                else 'removed'
            end
            when told.change = 'added' and (made.created_at is null or made.created_at > told.evening) then 'added'
            when not told.is_known and made.created_at > told.evening then 'added'
            when not told.is_known or told.change is not distinct from 'added' then 'unknown'
            when not told.is_busy or told.starts_at is null then 'added'
            when told.starts_at <> final.starts_at then 'moved'
            when told.ends_at <> final.ends_at then 'resized'
            else 'unchanged'
        end as change
    from told
    left join final on told.account_id = final.account_id and told.occurrence_id = final.occurrence_id
    left join made on told.event_key = made.event_key
)

select
    account_id,
    occurrence_id,
    local_date,
    {{ week_start('local_date') }} as week_start,
    source,
    calendar_id,
    change,
    case when change in ('moved', 'removed', 'resized', 'unchanged') then before_title end as before_title,
    case when change in ('moved', 'removed', 'resized', 'unchanged') then before_starts_at end as before_starts_at,
    case when change in ('moved', 'removed', 'resized', 'unchanged') then before_ends_at end as before_ends_at,
    starts_at,
    ends_at
from compared
where change is not null
