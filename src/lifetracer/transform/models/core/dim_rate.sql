{{
    config(
        indexes=[{'columns': ['account_id', 'rate_key'], 'unique': true}],
        pre_hook="{{ forget_all() }}",
    )
}}
-- What an hour costs, the most trusted first (precedence): what the person says of client and project (1), of a project
-- (2), of a client (3), of anything (4); then what the service knows of a client's project (5), of one without a
-- client (6), of the workspace (7). Keys are names without case, width and punctuation; null means any.
with said as (
    select
        account_id,
        'person/' || rate_id as rate_key,
        case
            when client_name is not null and project_name is not null then 1
            when project_name is not null then 2
            when client_name is not null then 3
            else 4
        end as precedence,
        {{ name_key('client_name') }} as client_key,
        {{ name_key('project_name') }} as project_key,
        hourly_amount,
        currency,
        valid_from
    from {{ source('app', 'rate') }} as rate
    where {{ in_scope('rate') }}
),

-- Projects of one name and client: the living one speaks.
of_project as (
    select distinct on (account_id, {{ name_key('client_name') }}, {{ name_key('project_name') }})
        account_id,
        'project/' || project_key as rate_key,
        case when client_name is not null then 5 else 6 end as precedence,
        {{ name_key('client_name') }} as client_key,
        {{ name_key('project_name') }} as project_key,
        hourly_amount,
        currency,
        date '0001-01-01' as valid_from
    from {{ ref('dim_project') }} as project
    where hourly_amount is not null and project_name is not null and {{ in_scope('project') }}
    order by account_id, {{ name_key('client_name') }}, {{ name_key('project_name') }}, is_deleted, project_key
),

of_workspace as (
    select distinct on (account_id)
        account_id,
        'workspace/' || workspace_id as rate_key,
        7 as precedence,
        null::text as client_key,
        null::text as project_key,
        hourly_amount,
        currency,
        date '0001-01-01' as valid_from
    from {{ ref('stg_toggl_track__workspaces') }} as workspace
    where hourly_amount is not null and {{ in_scope('workspace') }}
    order by account_id, workspace_id
),

every_rate as (
    select * from said
    union all
    select * from of_project
    union all
    select * from of_workspace
)

select
    account_id,
    rate_key,
    precedence,
    client_key,
    project_key,
    hourly_amount::numeric(12, 2) as hourly_amount,
    upper(coalesce(currency, '')) as currency,
    valid_from
from every_rate
