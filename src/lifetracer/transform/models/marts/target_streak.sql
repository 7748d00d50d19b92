with present as (
    select distinct on (account_id, target_id) account_id, target_id, name, period
    from {{ ref('dim_target') }}
    order by account_id asc, target_id asc, valid_from desc
),

-- Periods in a row are met when no missed one lies between them: then as many missed ones come after each.
counted as (
    select
        kept.account_id,
        kept.target_id,
        kept.period_start,
        kept.is_met,
        count(*) filter (where not kept.is_met) over (
            partition by kept.account_id, kept.target_id order by kept.period_start desc
        ) as missed_since
    from {{ ref('fct_target_period') }} as kept
    inner join present
        on kept.account_id = present.account_id and kept.target_id = present.target_id and kept.period = present.period
    where kept.is_over or kept.is_met
),

streak as (
    select
        account_id,
        target_id,
        missed_since,
        count(*) filter (where is_met) as length,
        count(*) as periods,
        max(period_start) filter (where is_met) as last_met_start
    from counted
    group by account_id, target_id, missed_since
),

summed as (
    select
        account_id,
        target_id,
        max(length) filter (where missed_since = 0) as current_streak,
        max(length) as longest_streak,
        sum(length) as met_periods,
        sum(periods) as periods,
        max(last_met_start) as last_met_start
    from streak
    group by account_id, target_id
)

select
    present.account_id,
    present.target_id,
    present.name,
    present.period,
    coalesce(summed.current_streak, 0)::int as current_streak,
    coalesce(summed.longest_streak, 0)::int as longest_streak,
    coalesce(summed.met_periods, 0)::int as met_periods,
    coalesce(summed.periods, 0)::int as periods,
    summed.last_met_start
from present
left join summed on present.account_id = summed.account_id and present.target_id = summed.target_id
