{{
    config(
        indexes=[
            {'columns': ['account_id', 'entry_id'], 'unique': true},
            {'columns': ['account_id', 'first_date', 'last_date']},
            {'columns': ['account_id', 'description_key', 'category_id']},
            {'columns': ['account_id', 'project_key', 'starts_at', 'entry_id']},
            {'columns': ['account_id', 'category_id']},
        ],
        pre_hook="{{ forget_facts('stale_entry', 'entry_id', var('joined_gap_seconds'), noted=true) }}",
        post_hook=[
            "{{ note_made('stale_entry', 'entry_id', var('joined_gap_seconds'), noted=true) }}",
            "{{ partial_index('running', 'account_id', 'is_running') }}",
            "{{ partial_index('unplaced', 'account_id', 'not is_placed') }}",
            "{{ partial_index('task', 'account_id, task_id', 'task_id is not null') }}",
        ],
    )
}}
-- depends_on: {{ ref('stale_day') }}
-- depends_on: {{ ref('stale_entry') }}
-- depends_on: {{ ref('stale_description') }}
-- depends_on: {{ source('app', 'category_rule') }}
-- Longer than this is a forgotten timer or a typing error: kept, flagged, and not placed on days.
{%- set longest = "interval '31 days'" %}
with due as (
    {%- if only_changes() %}
    select one.*
    from {{ ref('stale_entry') }} as stale
    cross join lateral (
        select *
        from {{ ref('all_entries') }} as told
        where told.account_id = stale.account_id and told.source = stale.source and told.source_id = stale.source_id
        offset 0
    ) as one
    where {{ in_scope('stale') }}
    {%- else %}
    select * from {{ ref('all_entries') }} as told where {{ in_scope('told') }}
    {%- endif %}
),

entry as (
    select
        due.*,
        account.time_zone,
        case when due.is_running then greatest({{ as_of() }}, due.starts_at) else due.stops_at end as ends_at
    from due
    inner join {{ source('app', 'account') }} as account on due.account_id = account.account_id
),

judged as (
    select
        entry.*,
        coalesce(ends_at > starts_at and ends_at - starts_at <= {{ longest }}, false) as is_placed,
        array_remove(array[
            case when starts_at is null then 'no_start' end,
            case when starts_at is not null and ends_at is null then 'no_stop' end,
            case when ends_at < starts_at then 'negative' end,
            case when ends_at = starts_at and not is_running then 'zero' end,
            case when ends_at - starts_at > interval '24 hours' then 'over_24_hours' end,
            case when ends_at - starts_at > {{ longest }} then 'over_31_days' end,
            case when starts_at < '2000-01-01Z' or starts_at >= '2100-01-01Z' then 'odd_year' end,
            case when is_running and claimed_seconds >= 0 then 'half_running' end
        ], null) as flags
    from entry
)

select
    account_id,
    entry_id,
    source,
    source_id,
    {{ category_of_entry('judged') }} as category_id,

    description,
    nullif({{ name_key('description') }}, '') as description_key,
    coalesce(project_id, project_name) as project_key,
    project_id,
    project_name,
    project_color,
    client_id,
    client_name,
    task_id,
    task_name,
    tags,
    flags,
    time_zone,

    extract(epoch from ends_at - starts_at)::bigint as seconds,

    is_billable,
    is_running,
    is_placed,

    starts_at,
    ends_at,
    case when is_placed then (starts_at at time zone time_zone)::date end as first_date,
    case when is_placed then ((ends_at - interval '1 microsecond') at time zone time_zone)::date end as last_date,
    synced_at
from judged
