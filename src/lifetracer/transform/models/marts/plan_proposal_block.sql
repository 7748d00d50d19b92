-- The latest proposal has number 1.
with numbered as (
    select
        proposal.*,
        row_number() over (partition by proposal.account_id order by proposal.made_at desc, proposal.proposal_id desc) as place
    from {{ source('planning', 'plan_proposal') }} as proposal
)

select
    block.account_id,
    block.proposal_id,
    block.block_id,
    numbered.place::int as place,
    numbered.made_at,
    numbered.status as proposal_status,
    block.change,
    block.status,
    block.conflict,
    block.category_id,
    coalesce(category.category, block.title) as category,
    {{ category_color('category', 'block.category_id') }} as category_color,
    block.title,
    (block.starts_at at time zone account.time_zone)::date as local_date,
    block.starts_at,
    block.ends_at,
    {{ seconds_between('block.starts_at', 'block.ends_at') }} as seconds,
    block.former_starts_at,
    block.former_ends_at,
    block.target_id,
    target.name as target,
    block.habit
from {{ source('planning', 'plan_proposal_block') }} as block
inner join numbered
    on block.account_id = numbered.account_id and block.proposal_id = numbered.proposal_id
inner join {{ ref('dim_account') }} as account on block.account_id = account.account_id
left join {{ ref('dim_category') }} as category
    on block.account_id = category.account_id and block.category_id = category.category_id
left join lateral (
    select one.name
    from {{ ref('dim_target') }} as one
    where one.account_id = block.account_id and one.target_id = block.target_id
    order by one.valid_from desc
    limit 1
) as target on true
