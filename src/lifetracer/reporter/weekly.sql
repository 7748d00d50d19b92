-- Queries of weekly.py; a week is named by its Monday.

-- is_made --
-- Whether the marts are there that only the analyzer and the adjuster fill.
select to_regclass('marts.insight') is not null and to_regclass('marts.target_proposal') is not null as made

-- categories --
-- The week by category, with the week before it; the greatest change first.
select
    coalesce(this.category, former.category) as category,
    coalesce(this.planned_seconds, 0) as planned_seconds,
    coalesce(this.actual_seconds, 0) as actual_seconds,
    coalesce(this.kept_seconds, 0) as kept_seconds,
    coalesce(former.actual_seconds, 0) as former_seconds,
    coalesce(this.planned_seconds, 0) - coalesce(this.actual_seconds, 0) as short_seconds,
    coalesce(this.actual_seconds, 0) - coalesce(former.actual_seconds, 0) as more_seconds,
    round(this.kept_seconds::numeric / nullif(this.planned_seconds, 0), 4) as adherence
from (select * from marts.week_category where account_id = %(account_id)s and week_start = %(first)s) as this
full join (
    select * from marts.week_category where account_id = %(account_id)s and week_start = %(first)s::date - 7
) as former using (category_id)
order by abs(coalesce(this.actual_seconds, 0) - coalesce(former.actual_seconds, 0)) desc, category_id

-- plans --
-- The longest plans of the week that were not lived.
select title, category, planned_seconds, verdict, replaced_by_category
from marts.plan_verdict
where account_id = %(account_id)s and week_start = %(first)s and verdict in ('missed', 'replaced') and title <> ''
order by planned_seconds desc, occurrence_id
limit 2

-- insights --
-- What was noticed about the week: unusual amounts in it, and lasting changes of the four weeks up to its end.
select kind, category, other_category, begins_on, ends_on, effect, details
from marts.insight
where account_id = %(account_id)s
    and (
        (kind = 'anomaly' and begins_on <= %(last)s and ends_on > %(first)s)
        or (kind = 'change_point' and begins_on between %(first)s::date - 21 and %(last)s)
    )
order by kind, abs(effect) desc, insight_id
limit 3

-- fallacy --
-- The category whose plans are too short, and of which the week held some.
select insight.kind, insight.category, insight.other_category, insight.begins_on, insight.ends_on, insight.effect,
    insight.details
from marts.insight as insight
inner join marts.week_category as week
    on week.account_id = insight.account_id and week.category_id = insight.category_id and week.week_start = %(first)s
where insight.account_id = %(account_id)s and insight.kind = 'planning_fallacy' and insight.effect > 1
    and week.planned_seconds > 0
order by insight.effect desc, insight.insight_id
limit 1

-- proposal --
-- The most important target that is proposed for the week after and not decided.
select name, measure, comparison, low, high, coalesce(wished_comparison, comparison) as wished_comparison,
    wished_low, wished_high, round(probability * 100)::int as percent,
    round(probability_wished * 100)::int as percent_wished
from marts.target_proposal
where account_id = %(account_id)s and status = 'proposed' and period = 'week' and period_start = %(first)s::date + 7
order by priority desc, probability_wished, name, proposal_id
limit 1
