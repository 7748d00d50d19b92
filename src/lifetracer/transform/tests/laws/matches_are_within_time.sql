{{ config(tags=['law']) }}
-- A verdict is only passed on what is over, and a counterpart is of the same day and category.
select match.account_id, match.local_date, match.block_id
from {{ ref('fct_match') }} as match
left join {{ ref('fct_occurrence_day') }} as planned
    on match.account_id = planned.account_id
    and match.local_date = planned.local_date
    and planned.occurrence_id = case match.layer when 'plan' then match.block_id else match.counterpart_id end
left join {{ ref('fct_entry_day') }} as lived
    on match.account_id = lived.account_id
    and match.local_date = lived.local_date
    and lived.entry_id = case match.layer when 'plan' then match.counterpart_id else match.block_id end
inner join {{ ref('dim_account') }} as account on match.account_id = account.account_id
where
    (match.counterpart_id is not null and planned.category_id is distinct from lived.category_id)
    or (match.layer = 'plan' and planned.ends_at > account.as_of)
    or (match.layer = 'actual' and lived.ends_at > account.as_of)
