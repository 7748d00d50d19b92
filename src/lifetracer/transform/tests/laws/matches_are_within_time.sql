{{ config(tags=['law']) }}
-- A verdict is passed only on what is over, and what was lived for a plan is of its category.
with plan as (
    select match.account_id, match.block_id, match.category_id, entry_id
    from {{ ref('fct_match') }} as match
    left join lateral unnest(match.entry_ids) as entry_id on true
    where match.layer = 'plan'
)

select plan.account_id, plan.block_id
from plan
inner join {{ ref('fct_occurrence') }} as occurrence
    on plan.account_id = occurrence.account_id and plan.block_id = occurrence.occurrence_id
inner join {{ ref('dim_account') }} as account on plan.account_id = account.account_id
left join {{ ref('fct_entry') }} as entry on plan.account_id = entry.account_id and plan.entry_id = entry.entry_id
where
    occurrence.ends_at > account.as_of
    or occurrence.category_id <> plan.category_id
    or (plan.entry_id is not null and entry.category_id is distinct from plan.category_id)
union all
select match.account_id, match.block_id
from {{ ref('fct_match') }} as match
inner join {{ ref('fct_entry') }} as entry on match.account_id = entry.account_id and match.block_id = entry.entry_id
inner join {{ ref('dim_account') }} as account on match.account_id = account.account_id
where match.layer = 'actual' and match.verdict is not null and (entry.is_running or entry.ends_at > account.as_of)
