{{
    config(
        meta={'internal': true},
        tags=['stale'],
        indexes=[{'columns': ['account_id', 'entry_id'], 'unique': true}],
    )
}}
-- depends_on: {{ source('app', 'account') }}
-- depends_on: {{ source('app', 'category_rule') }}
-- depends_on: {{ source('raw', 'change') }}
-- depends_on: {{ ref('dim_account') }}
-- depends_on: {{ ref('stg_toggl_track__projects') }}
-- depends_on: {{ ref('stg_toggl_track__clients') }}
-- depends_on: {{ ref('stg_toggl_track__tasks') }}
{%- if only_changes() %}
{%- set kept = former('fct_entry') %}
with noted as (
    select change.account_id, change.stream, unnest(change.source_ids) as source_id
    from {{ source('raw', 'change') }} as change
    where change.is_taken and {{ in_scope('change') }} and change.stream <> 'occurrence'
),

-- A project carries sums that change with each entry: only another name, colour or client concerns the entries.
renamed as (
    select coalesce(now.account_id, before.account_id) as account_id, coalesce(now.project_id, before.project_id) as project_id
    from (
        select project.*, client.client_name
        from {{ ref('stg_toggl_track__projects') }} as project
        left join {{ ref('stg_toggl_track__clients') }} as client
            on project.account_id = client.account_id and project.client_id = client.client_id
        where {{ in_scope('project') }}
    ) as now
    full join (
        select * from {{ former('dim_project') }} as project where project.is_listed and {{ in_scope('project') }}
    ) as before
        on now.account_id = before.account_id and now.project_id = before.project_id
    where
        (now.project_id, now.project_name, now.project_color, now.client_id, now.client_name)
        is distinct from
        (before.project_id, before.project_name, before.color, before.client_id, before.client_name)
),

task as (
    select noted.account_id, noted.source_id as task_id, task.task_name
    from noted
    left join {{ ref('stg_toggl_track__tasks') }} as task
        on noted.account_id = task.account_id and noted.source_id = task.task_id
    where noted.stream = 'toggl_track__tasks'
),

found as (
    select account_id, split_part(stream, '__', 1) as source, source_id
    from noted
    where stream like '%\_\_time\_entries'
    union
    -- Running: they last until the present.
    select account_id, source, source_id
    from {{ kept }} as kept
    where kept.is_running and {{ in_scope('kept') }}
    union
    select entry.account_id, entry.source, entry.source_id
    from renamed
    cross join lateral (
        select kept.account_id, kept.source, kept.source_id
        from {{ kept }} as kept
        where kept.account_id = renamed.account_id and kept.project_key = renamed.project_id
        offset 0
    ) as entry
    union
    select entry.account_id, entry.source, entry.source_id
    from task
    cross join lateral (
        select kept.account_id, kept.source, kept.source_id, kept.task_name
        from {{ kept }} as kept
        where kept.account_id = task.account_id and kept.task_id = task.task_id
        offset 0
    ) as entry
    where entry.task_name is distinct from task.task_name
    union
    -- Other rules: whose category would be another now.
    select entry.account_id, entry.source, entry.source_id
    from {{ ref('dim_account') }} as made
    cross join lateral (
        select kept.account_id, kept.source, kept.source_id
        from {{ kept }} as kept
        where kept.account_id = made.account_id and kept.category_id <> {{ category_of_entry('kept') }}
        offset 0
    ) as entry
    where {{ in_scope('made') }} and made.category_version is distinct from app.category_version(made.account_id)
)

select
    account_id,
    source || '/' || source_id as entry_id,
    source,
    source_id
from found
where not exists (
    select from {{ this }} as listed
    where listed.account_id = found.account_id and listed.entry_id = found.source || '/' || found.source_id
)
{%- else %}
select
    null::uuid as account_id,
    null::text as entry_id,
    null::text as source,
    null::text as source_id
where false
{%- endif %}
