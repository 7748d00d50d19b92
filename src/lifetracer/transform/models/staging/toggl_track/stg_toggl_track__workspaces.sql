with source as (
    select * from {{ source('raw', 'toggl_track__workspaces') }} where deleted_at is null
),

renamed as (
    select
        account_id,
        source_id as workspace_id,
        data ->> 'name' as workspace_name,
        {{ amount('data', 'default_hourly_rate') }} as hourly_amount,
        nullif(data ->> 'default_currency', '') as currency,
        synced_at
    from source
)

select * from renamed
