{{
    config(
        indexes=[
            {'columns': ['account_id', 'occurrence_id'], 'unique': true},
            {'columns': ['account_id', 'first_date', 'last_date']},
            {'columns': ['account_id', 'title_key']},
            {'columns': ['account_id', 'category_id']},
        ],
        pre_hook=["{{ list_other_meanings() }}", "{{ forget_facts('stale_occurrence', 'occurrence_id') }}"],
        post_hook="{{ note_made('stale_occurrence', 'occurrence_id') }}",
    )
}}
-- depends_on: {{ ref('stale_day') }}
-- depends_on: {{ ref('stale_occurrence') }}
-- depends_on: {{ ref('stale_title') }}
-- depends_on: {{ ref('all_calendars') }}
-- depends_on: {{ ref('all_occurrences') }}
-- depends_on: {{ ref('all_events') }}
-- depends_on: {{ source('raw', 'occurrence') }}
-- depends_on: {{ source('app', 'category_rule') }}
with titled as (
    select
        due.*,
        nullif({{ name_key('due.title') }}, '') as title_key
    from ({{ due_occurrences() }}) as due
),

occurrence as (
    select
        titled.*,
        meant.category_id as title_category_id,
        account.time_zone,
        titled.starts_on is not null as is_all_day
    from titled
    inner join {{ source('app', 'account') }} as account on titled.account_id = account.account_id
    left join {{ ref('title_category') }} as meant
        on titled.account_id = meant.account_id and titled.title_key = meant.title_key
),

placed as (
    select
        occurrence.*,
        case
            when is_all_day then ends_on > starts_on and ends_on - starts_on <= 366
            else ends_at > starts_at and ends_at - starts_at <= interval '31 days'
        end as is_placed
    from occurrence
)

select
    account_id,
    occurrence_id,
    source,
    calendar_id,
    series_id,
    ical_uid,
    meeting_start,
    {{ category_of_occurrence('placed', 'title_category_id') }} as category_id,
    title_category_id,

    title,
    title_key,
    calendar_name,
    calendar_color,
    location,
    response,
    event_type,
    time_zone,

    is_all_day,
    is_busy,
    is_own_plan,
    own_category_id,
    is_placed,

    starts_at,
    ends_at,
    starts_on,
    ends_on,
    case when is_placed then coalesce(starts_on, (starts_at at time zone time_zone)::date) end as first_date,
    case
        when is_placed
            then coalesce(ends_on - 1, ((ends_at - interval '1 microsecond') at time zone time_zone)::date)
    end as last_date,
    synced_at
from placed
