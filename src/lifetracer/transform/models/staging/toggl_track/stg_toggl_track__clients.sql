-- Deleted clients stay, marked: entries of former days still point at them.
with source as (
    select * from {{ source('raw', 'toggl_track__clients') }}
),

renamed as (
    select
        account_id,
        source_id as client_id,
        nullif(btrim(data ->> 'name'), '') as client_name,
        coalesce({{ truth('data', 'archived') }}, false) as is_archived,
        deleted_at is not null as is_deleted,
        synced_at
    from source
)

select * from renamed
