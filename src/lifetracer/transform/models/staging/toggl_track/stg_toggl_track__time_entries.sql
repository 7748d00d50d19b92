-- One row may hold the form of API v9 (duration, tags, project_color; stop null while running)
-- or of Reports v3 (seconds, tag_names, project_hex; never running).
with source as (
    select * from {{ source('raw', 'toggl_track__time_entries') }} where deleted_at is null
),

renamed as (
    select
        account_id,
        source_id as entry_id,
        coalesce(data ->> 'project_id', data ->> 'pid') as project_id,
        coalesce(data ->> 'task_id', data ->> 'tid') as task_id,
        coalesce(data ->> 'workspace_id', data ->> 'wid') as workspace_id,
        coalesce(data ->> 'user_id', data ->> 'uid') as user_id,

        nullif(btrim(data ->> 'description'), '') as description,
        nullif(btrim(data ->> 'project_name'), '') as project_name,
        {{ hex_color("coalesce(data ->> 'project_color', '')") }} as v9_color,
        {{ hex_color("coalesce(data ->> 'project_hex', '')") }} as reports_color,
        nullif(btrim(data ->> 'client_name'), '') as client_name,
        nullif(btrim(data ->> 'task_name'), '') as task_name,
        case when data ? 'tag_names' then {{ texts('data', 'tag_names') }} else {{ texts('data', 'tags') }} end as tags,

        coalesce({{ whole_seconds('data', 'duration') }}, {{ whole_seconds('data', 'seconds') }}) as claimed_seconds,
        coalesce({{ truth('data', 'billable') }}, false) as is_billable,
        (data ->> 'stop') is null and not data ? 'seconds' as is_running,

        {{ instant("data ->> 'start'") }} as starts_at,
        {{ instant("data ->> 'stop'") }} as stops_at,
        {{ instant("data ->> 'at'") }} as changed_at,
        synced_at
    from source
)

select
    account_id,
    entry_id,
    project_id,
    task_id,
    workspace_id,
    user_id,
    description,
    project_name,
    coalesce(v9_color, reports_color) as project_color,
    client_name,
    task_name,
    tags,
    claimed_seconds,
    is_billable,
    is_running,
    starts_at,
    stops_at,
    changed_at,
    synced_at
from renamed
