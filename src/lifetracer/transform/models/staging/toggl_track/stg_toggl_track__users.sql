with source as (
    select * from {{ source('raw', 'toggl_track__users') }} where deleted_at is null
),

renamed as (
    select
        account_id,
        source_id as user_id,
        data ->> 'fullname' as user_name,
        data ->> 'email' as email,
        data ->> 'timezone' as time_zone,
        synced_at
    from source
)

select * from renamed
