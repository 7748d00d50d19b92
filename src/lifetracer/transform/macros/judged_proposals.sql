{# Proposed targets and what became of them: what was agreed on is judged, else what was proposed. #}
{% macro judged_proposals() -%}
with proposed as (
    select
        made.account_id,
        made.proposal_id,
        made.intent_id,
        made.period,
        made.period_start,
        made.period_end,
        made.measure,
        made.comparison as proposed_comparison,
        made.low as proposed_low,
        made.high as proposed_high,
        made.wished_comparison,
        made.wished_low,
        made.wished_high,
        made.chosen_probability,
        made.probability,
        made.probability_wished,
        made.lived,
        made.likely,
        made.reasons,
        made.status,
        made.decided_at,
        made.decided_low,
        made.decided_high,
        made.target_id,
        made.made_at,
        made.status in ('accepted', 'edited') as is_agreed,
        coalesce(
            kept.is_over,
            made.period_end <= (account.as_of at time zone account.time_zone)::date
        ) as is_over,
        kept.intent_id is not null as is_measured,
        kept.reached
    from {{ source('adjuster', 'target_proposal') }} as made
    inner join {{ ref('dim_account') }} as account on made.account_id = account.account_id
    left join {{ ref('fct_intent_period') }} as kept
        on made.account_id = kept.account_id
        and made.intent_id = kept.intent_id
        and made.period_start = kept.period_start
        and made.period = kept.period
),

bounded as (
    select
        proposed.*,
        case when is_agreed then decided_low else proposed_low end as low,
        case when is_agreed then decided_high else proposed_high end as high,
        case
            when not is_agreed then proposed_comparison
            when decided_high is null then 'at_least'
            when decided_low is null then 'at_most'
            when decided_low = decided_high then 'exactly'
            else 'between'
        end as comparison
    from proposed
),

judged as (
    select
        bounded.*,
        case when is_measured then {{ is_period_met() }} end as is_met
    from bounded
)

select * from judged
{%- endmacro %}
