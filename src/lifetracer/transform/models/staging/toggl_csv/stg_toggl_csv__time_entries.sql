with source as (
    select * from {{ source('raw', 'toggl_csv__time_entries') }} where deleted_at is null
),

renamed as (
    select
        account_id,
        source_id as entry_id,

        nullif(btrim(data ->> 'description'), '') as description,
        nullif(btrim(data ->> 'project_name'), '') as project_name,
        nullif(btrim(data ->> 'client_name'), '') as client_name,
        nullif(btrim(data ->> 'task_name'), '') as task_name,
        {{ texts('data', 'tags') }} as tags,

        {{ whole_seconds('data', 'duration') }} as claimed_seconds,
        coalesce({{ truth('data', 'billable') }}, false) as is_billable,

        {{ instant("data ->> 'start'") }} as starts_at,
        {{ instant("data ->> 'stop'") }} as stops_at,
        synced_at
    from source
)

select * from renamed
