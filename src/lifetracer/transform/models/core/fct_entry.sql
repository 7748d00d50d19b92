{{
    config(
        indexes=[
            {'columns': ['account_id', 'entry_id'], 'unique': true},
            {'columns': ['account_id', 'first_date']},
        ],
        pre_hook="{{ forget(
            living='select * from ' ~ ref('all_entries'),
            same='now.account_id = kept.account_id and now.entry_id = kept.entry_id
                and now.synced_at = kept.synced_at
                and (now.project_name, now.project_color, now.client_name, now.task_name)
                    is not distinct from (kept.project_name, kept.project_color, kept.client_name, kept.task_name)
                and not kept.is_running'
        ) }}",
        post_hook="{{ note_days() }}",
    )
}}
-- depends_on: {{ ref('stale_day') }}
-- Longer than this is a forgotten timer or a typing error: kept, flagged, and not placed on days.
{%- set longest = "interval '31 days'" %}
with entry as (
    select
        entry.*,
        account.time_zone,
        case when entry.is_running then greatest({{ as_of() }}, entry.starts_at) else entry.stops_at end as ends_at
    from {{ ref('all_entries') }} as entry
    inner join {{ source('app', 'account') }} as account on entry.account_id = account.account_id
    where
        {{ in_scope('entry') }}
        {%- if only_changes() %}
        and not exists (
            select from {{ this }} as kept where kept.account_id = entry.account_id and kept.entry_id = entry.entry_id
        )
        {%- endif %}
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
    {{ category_id("coalesce(project_name, " ~ no_project() ~ ")") }} as category_id,

    description,
    project_name,
    project_color,
    client_name,
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
    synced_at,
    {{ as_of() }} as made_at
from judged
