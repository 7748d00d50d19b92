with measured as (
    select
        kept.account_id,
        kept.intent_id,
        intent.name,
        intent.sentence,
        intent.priority,
        kept.period,
        kept.period_start,
        kept.period_end,
        intent.subject,
        intent.subject_value,
        intent.category_id,
        intent.measure,
        intent.comparison,
        intent.low,
        intent.high,
        kept.reached,
        kept.is_over,
        kept.is_met
    from {{ ref('fct_intent_period') }} as kept
    inner join {{ ref('dim_intent') }} as intent
        on kept.account_id = intent.account_id
        and kept.intent_id = intent.intent_id
        and kept.valid_from = intent.valid_from
),

weighed as (
    select
        measured.*,
        round(
            case
                when measure in ('start_time', 'end_time') then coalesce({{ holds() }}, false)::int
                when low > 0 then coalesce(reached, 0) / low
                when high > 0 then coalesce(reached, 0) / high
                when comparison = 'at_least' then 1
                when coalesce(reached, 0) = 0 then 0
            end, 4
        ) as progress
    from measured
),

judged as (
    {{ judged_proposals() }}
),

-- The last word about a period: what was decided, else what was proposed last.
proposed as (
    select distinct on (account_id, intent_id, period, period_start) *
    from judged
    where status <> 'superseded'
    order by account_id asc, intent_id asc, period asc, period_start asc, (status = 'proposed') asc, made_at desc
)

select
    weighed.account_id,
    weighed.intent_id,
    weighed.name,
    weighed.sentence,
    weighed.priority,
    weighed.period,
    weighed.period_start,
    weighed.period_end,
    weighed.subject,
    coalesce(category.category, weighed.subject_value) as subject_name,
    weighed.category_id,
    category.color as category_color,
    weighed.measure,
    weighed.comparison,
    weighed.low,
    weighed.high,
    weighed.reached,
    weighed.progress,
    weighed.is_over,
    weighed.is_met,
    proposed.proposal_id,
    proposed.status,
    proposed.low as target_low,
    proposed.high as target_high,
    proposed.probability,
    proposed.is_met as is_target_met
from weighed
left join {{ ref('dim_category') }} as category
    on weighed.account_id = category.account_id and weighed.category_id = category.category_id
left join proposed
    on weighed.account_id = proposed.account_id
    and weighed.intent_id = proposed.intent_id
    and weighed.period = proposed.period
    and weighed.period_start = proposed.period_start
