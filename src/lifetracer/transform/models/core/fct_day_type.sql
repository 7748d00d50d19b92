{{
    config(
        indexes=[
            {'columns': ['account_id', 'local_date'], 'unique': true},
            {'columns': ['account_id', 'week_start']},
        ],
        pre_hook=["{{ forget_days() }}", "{{ forget_day_types() }}"],
    )
}}
-- depends_on: {{ ref('stale_day') }}
-- What kind of day it is. What the person said counts; otherwise the first of these that holds:
--   travel   an event that says so, or 4 hours (lived, or still planned) in categories of the kind travel
--   holiday  an all-day event or absence that says so, or a public holiday; unless 4 hours were worked
--   work     3 hours (lived, or still planned) in categories of the kind work, and not more in those of study
--   study    3 hours likewise
--   rest     everything else
{%- set enough = var('day_type_work_seconds', 10800) %}
{%- set of_these_days = "= any(array(select these.local_date from day as these))" %}
{%- set away = var('day_type_away_seconds', 14400) %}
with rule as materialized (
    {{ day_rules() }}
),

known_day as (
    select account_id, local_date from {{ ref('dim_day') }} as calendar where {{ in_scope('calendar') }}
    union
    select account_id, local_date from {{ source('app', 'day_type') }} as correction where {{ in_scope('correction') }}
),

day as materialized (
    select known_day.account_id, known_day.local_date
    from known_day
    {%- if only_changes() %}
    where not exists (
        select from {{ this }} as kept
        where kept.account_id = known_day.account_id and kept.local_date = known_day.local_date
    )
    {%- endif %}
),

counted as (
    select
        day.account_id,
        day.local_date,
        {%- for kind in ['work', 'study', 'travel'] %}
        coalesce(sum(span.seconds) filter (where span.is_past and lived.kind = '{{ kind }}'), 0)::int as lived_{{ kind }},
        coalesce(sum(span.seconds) filter (where not span.is_past and planned.kind = '{{ kind }}'), 0)::int as planned_{{ kind }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from day
    inner join {{ ref('fct_span') }} as span on day.account_id = span.account_id and day.local_date = span.local_date
    left join {{ ref('dim_category') }} as lived
        on span.account_id = lived.account_id and span.lived_category_id = lived.category_id
    left join {{ ref('dim_category') }} as planned
        on span.account_id = planned.account_id and span.planned_category_id = planned.category_id
    {%- if only_changes() %}
    where {{ in_scope('span') }} and span.local_date {{ of_these_days }}
    {%- endif %}
    group by day.account_id, day.local_date
),

-- Also what takes no time of its own: all-day events are mostly marked as free.
told as (
    select
        day.account_id,
        day.local_date,
        occurrence.title,
        block.is_all_day,
        {{ says_travel('occurrence.title') }} as is_travel,
        {{ says_vacation('occurrence.title') }}
        and (block.is_all_day or (occurrence.event_type = 'outOfOffice' and block.seconds >= {{ away }})) as is_vacation,
        occurrence.occurrence_id
    from day
    inner join {{ ref('fct_occurrence_day') }} as block
        on day.account_id = block.account_id and day.local_date = block.local_date
    inner join {{ ref('fct_occurrence') }} as occurrence
        on block.account_id = occurrence.account_id and block.occurrence_id = occurrence.occurrence_id
    where
        occurrence.response is distinct from 'declined'
        and occurrence.event_type not in ('workingLocation', 'birthday')
        {%- if only_changes() %}
        and {{ in_scope('block') }} and block.local_date {{ of_these_days }}
        {%- endif %}
),

said as (
    select
        account_id,
        local_date,
        (array_agg(title order by is_all_day desc, occurrence_id) filter (where is_travel))[1] as travel_title,
        (array_agg(title order by is_all_day desc, occurrence_id) filter (where is_vacation))[1] as vacation_title
    from told
    group by account_id, local_date
),

known as (
    select
        day.account_id,
        day.local_date,
        rule.made_from,
        said.travel_title,
        said.vacation_title,
        holiday.name as holiday,
        holiday.name_en as holiday_en,
        {%- for kind in ['work', 'study', 'travel'] %}
        coalesce(counted.lived_{{ kind }}, 0) as lived_{{ kind }},
        coalesce(counted.planned_{{ kind }}, 0) as planned_{{ kind }},
        coalesce(counted.lived_{{ kind }} + counted.planned_{{ kind }}, 0) as {{ kind }}_seconds,
        {%- endfor %}
        correction.day_type as said_type
    from day
    inner join rule on day.account_id = rule.account_id
    left join counted on day.account_id = counted.account_id and day.local_date = counted.local_date
    left join said on day.account_id = said.account_id and day.local_date = said.local_date
    left join {{ source('calendar', 'holiday') }} as holiday
        on rule.country = holiday.country and day.local_date = holiday.local_date
    left join {{ source('app', 'day_type') }} as correction
        on day.account_id = correction.account_id and day.local_date = correction.local_date
),

reasoned as (
    select
        known.*,
        case
            when travel_title is not null then 'travel_event'
            when travel_seconds >= {{ away }} then 'travel_time'
            when vacation_title is not null and lived_work < {{ away }} then 'vacation'
            when holiday is not null and lived_work < {{ away }} then 'public_holiday'
            when work_seconds >= {{ enough }} and work_seconds >= study_seconds then 'work_time'
            when study_seconds >= {{ enough }} then 'study_time'
            else 'rest'
        end as reason
    from known
),

derived as (
    select
        reasoned.*,
        case reason
            when 'travel_event' then 'travel'
            when 'travel_time' then 'travel'
            when 'vacation' then 'holiday'
            when 'public_holiday' then 'holiday'
            when 'work_time' then 'work'
            when 'study_time' then 'study'
            else 'rest'
        end as derived_type
    from reasoned
)

select
    account_id,
    local_date,
    {{ week_start('local_date') }} as week_start,
    coalesce(said_type, derived_type) as day_type,
    derived_type,
    said_type is not null as is_corrected,
    reason,
    case reason
        when 'travel_event' then travel_title
        when 'vacation' then vacation_title
    end as reason_title,
    case reason
        when 'travel_time' then lived_travel
        when 'work_time' then lived_work
        when 'study_time' then lived_study
        when 'rest' then lived_work + lived_study
    end as reason_lived_seconds,
    case reason
        when 'travel_time' then planned_travel
        when 'work_time' then planned_work
        when 'study_time' then planned_study
        when 'rest' then planned_work + planned_study
    end as reason_planned_seconds,
    holiday,
    holiday_en,
    made_from
from derived
