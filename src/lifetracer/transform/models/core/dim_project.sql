{{
    config(
        indexes=[
            {'columns': ['account_id', 'project_key'], 'unique': true},
            {'columns': ['account_id', 'client_id']},
        ],
        pre_hook="{{ forget_all() }}",
    )
}}
-- depends_on: {{ source('app', 'account') }}
-- The projects that the service lists, and those that only entries speak of (exported reports, projects deleted long
-- ago): of these the entry that started last speaks.
with listed as (
    select
        project.account_id,
        project.project_id as project_key,
        project.project_id,
        project.project_name,
        project.client_id,
        client.client_name,
        project.project_color as color,
        project.is_billable,
        coalesce(project.hourly_amount, workspace.hourly_amount) as hourly_amount,
        case
            when project.hourly_amount is not null then coalesce(project.currency, workspace.currency)
            else coalesce(workspace.currency, project.currency)
        end as currency,
        true as is_listed,
        not project.is_active as is_archived,
        project.is_deleted
    from {{ ref('stg_toggl_track__projects') }} as project
    left join {{ ref('stg_toggl_track__clients') }} as client
        on project.account_id = client.account_id and project.client_id = client.client_id
    left join {{ ref('stg_toggl_track__workspaces') }} as workspace
        on project.account_id = workspace.account_id and project.workspace_id = workspace.workspace_id
    where {{ in_scope('project') }}
),

unlisted as materialized (
    select used.account_id, used.project_key
    from ({{ distinct_keys(ref('fct_entry'), 'project_key') }}) as used
    where not exists (
        select from listed where listed.account_id = used.account_id and listed.project_key = used.project_key
    )
),

spoken_of as (
    select
        entry.account_id,
        unlisted.project_key,
        entry.project_id,
        entry.project_name,
        entry.client_id,
        entry.client_name,
        entry.project_color as color,
        entry.is_billable,
        null::numeric as hourly_amount,
        null::text as currency,
        false as is_listed,
        false as is_archived,
        entry.project_id is not null as is_deleted
    from unlisted
    cross join lateral (
        select one.*
        from {{ ref('fct_entry') }} as one
        where one.account_id = unlisted.account_id and one.project_key = unlisted.project_key
        order by one.starts_at desc, one.entry_id desc
        limit 1
    ) as entry
)

select * from listed
union all
select * from spoken_of
