-- The merge point of everything that happened: a new source of entries adds one branch.
-- A project's present name wins over the one an entry carried when it was read (renames do not touch entries).
with toggl_track as (
    select
        entry.account_id,
        'toggl_track/' || entry.entry_id as entry_id,
        'toggl_track' as source,
        entry.entry_id as source_id,
        entry.project_id,
        project.client_id,
        entry.task_id,
        entry.description,
        coalesce(project.project_name, entry.project_name) as project_name,
        coalesce(project.project_color, entry.project_color) as project_color,
        coalesce(client.client_name, entry.client_name) as client_name,
        coalesce(task.task_name, entry.task_name) as task_name,
        entry.tags,
        entry.claimed_seconds,
        entry.is_billable,
        entry.is_running and entry.starts_at is not null as is_running,
        entry.starts_at,
        entry.stops_at,
        entry.synced_at
    from {{ ref('stg_toggl_track__time_entries') }} as entry
    left join {{ ref('stg_toggl_track__projects') }} as project
        on entry.account_id = project.account_id and entry.project_id = project.project_id
    left join {{ ref('stg_toggl_track__clients') }} as client
        on project.account_id = client.account_id and project.client_id = client.client_id
    left join {{ ref('stg_toggl_track__tasks') }} as task
        on entry.account_id = task.account_id and entry.task_id = task.task_id
),

toggl_csv as (
    select
        entry.account_id,
        'toggl_csv/' || entry.entry_id as entry_id,
        'toggl_csv' as source,
        entry.entry_id as source_id,
        null::text as project_id,
        null::text as client_id,
        null::text as task_id,
        entry.description,
        entry.project_name,
        null::text as project_color,
        entry.client_name,
        entry.task_name,
        entry.tags,
        entry.claimed_seconds,
        entry.is_billable,
        false as is_running,
        entry.starts_at,
        coalesce(entry.stops_at, entry.starts_at + entry.claimed_seconds * interval '1 second') as stops_at,
        entry.synced_at
    from {{ ref('stg_toggl_csv__time_entries') }} as entry
)

select * from toggl_track
union all
select * from toggl_csv
