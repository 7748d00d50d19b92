-- Queries of shown.py, in the account's transaction.

-- is_made --
-- Whether a transform has made the marts.
select to_regclass('marts.estimate') is not null

-- estimates --
select *
from marts.estimate
where
    account_id = %(account_id)s and grain = %(grain)s
    and (%(category)s::text is null or %(category)s in (category_id, category))
    and period_start = any(
        select distinct later.period_start
        from core.estimate as later
        where later.account_id = %(account_id)s and later.grain = %(grain)s and later.period_end > %(day)s
        order by later.period_start
        limit %(periods)s
    )
order by period_start, p50 desc, category

-- scores --
select *
from marts.estimate_score
where
    account_id = %(account_id)s and grain = %(grain)s
    and (%(category)s::text is null or %(category)s in (category_id, category))
order by category, array_position(array['open', 'next', 'soon', 'later'], ahead)

-- choices --
select *
from marts.estimate_choice
where account_id = %(account_id)s and (%(category)s::text is null or %(category)s in (category_id, category))
order by category

-- insights --
select *
from marts.insight
where account_id = %(account_id)s and (%(category)s::text is null or %(category)s in (category_id, category, other_category_id, other_category))
order by array_position(array['anomaly', 'change_point', 'planning_fallacy', 'correlation'], kind), p_value, insight_id
