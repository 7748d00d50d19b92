with judged as (
    {{ judged_proposals() }}
)

select
    judged.account_id,
    judged.proposal_id,
    judged.intent_id,
    intent.name,
    intent.priority,
    judged.period,
    judged.period_start,
    judged.period_end,
    intent.subject,
    coalesce(category.category, intent.subject_value) as subject_name,
    intent.category_id,
    category.color as category_color,
    judged.measure,
    judged.proposed_comparison as comparison,
    judged.proposed_low as low,
    judged.proposed_high as high,
    judged.wished_comparison,
    judged.wished_low,
    judged.wished_high,
    judged.chosen_probability,
    judged.probability,
    judged.probability_wished,
    judged.lived,
    judged.likely,
    judged.reasons,
    judged.status,
    judged.decided_at,
    judged.decided_low,
    judged.decided_high,
    judged.target_id,
    judged.made_at,
    judged.reached,
    judged.is_over,
    judged.is_met,
    case
        when judged.is_over and judged.status in ('proposed', 'accepted')
            then (judged.is_met::int - judged.probability) * (judged.is_met::int - judged.probability)
    end as score
from judged
left join lateral (
    select version.*
    from {{ ref('dim_intent') }} as version
    where version.account_id = judged.account_id and version.intent_id = judged.intent_id
    order by version.valid_from <= judged.period_start desc, abs(version.valid_from - judged.period_start) asc
    limit 1
) as intent on true
left join {{ ref('dim_category') }} as category
    on intent.account_id = category.account_id and intent.category_id = category.category_id
