{{
    config(
        indexes=[{'columns': ['account_id', 'source', 'calendar_id'], 'unique': true}],
        pre_hook="{{ forget_all() }}",
    )
}}
-- depends_on: {{ ref('fct_occurrence') }} (what the former run knew is compared before)
select
    account_id,
    source,
    calendar_id,
    calendar_name,
    calendar_color,
    time_zone,
    is_primary,
    is_busy_only
from {{ ref('all_calendars') }} as calendar
where {{ in_scope('calendar') }}
