-- Queries of what_if.py, in the account's transaction.

-- category --
-- A category by its name or id.
select category_id, category
from core.dim_category
where account_id = %(account_id)s and (category_id = %(name)s or app.name_key(category) = app.name_key(%(name)s) or path = %(name)s)
order by (category_id = %(name)s) desc, depth
limit 1

-- names --
select category_id, category from core.dim_category where account_id = %(account_id)s

-- beneath --
-- Each category with itself and all beneath it.
with recursive branch as (
    select category_id as top_id, category_id from core.dim_category where account_id = %(account_id)s
    union
    select branch.top_id, child.category_id
    from branch
    inner join core.dim_category as child on child.account_id = %(account_id)s and child.parent_id = branch.category_id
)

select top_id, array_agg(category_id) from branch group by top_id

-- account --
-- The language, and the chance with which a target is to be reached.
select account.language, coalesce(setting.probability, 0.65)::float
from app.account as account
left join app.adjuster_setting as setting on account.account_id = setting.account_id
where account.account_id = %(account_id)s
