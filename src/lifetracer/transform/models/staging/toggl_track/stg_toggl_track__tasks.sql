-- Deleted tasks stay, marked: entries of former days still point at them.
with source as (
    select * from {{ source('raw', 'toggl_track__tasks') }}
),

renamed as (
    select
        account_id,
        source_id as task_id,
        data ->> 'project_id' as project_id,
        nullif(btrim(data ->> 'name'), '') as task_name,
        coalesce({{ truth('data', 'active') }}, true) as is_active,
        deleted_at is not null as is_deleted,
        synced_at
    from source
)

select * from renamed
