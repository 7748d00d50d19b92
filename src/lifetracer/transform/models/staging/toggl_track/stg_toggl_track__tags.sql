with source as (
    select * from {{ source('raw', 'toggl_track__tags') }} where deleted_at is null
),

renamed as (
    select
        account_id,
        source_id as tag_id,
        data ->> 'workspace_id' as workspace_id,
        data ->> 'name' as tag_name,
        synced_at
    from source
)

select * from renamed
