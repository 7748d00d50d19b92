-- Deleted projects stay, marked: entries of former days still point at them.
with source as (
    select * from {{ source('raw', 'toggl_track__projects') }}
),

renamed as (
    select
        account_id,
        source_id as project_id,
        coalesce(data ->> 'client_id', data ->> 'cid') as client_id,
        coalesce(data ->> 'workspace_id', data ->> 'wid') as workspace_id,
        nullif(btrim(data ->> 'name'), '') as project_name,
        {{ hex_color("data ->> 'color'") }} as project_color,
        coalesce({{ truth('data', 'active') }}, true) as is_active,
        coalesce({{ truth('data', 'billable') }}, false) as is_billable,
        {{ amount('data', 'rate') }} as hourly_amount,
        nullif(data ->> 'currency', '') as currency,
        deleted_at is not null as is_deleted,
        synced_at
    from source
)

select * from renamed
