with measured as (
    select
        kept.account_id,
        kept.target_id,
        target.name,
        target.priority,
        kept.period,
        kept.period_start,
        kept.period_end,
        target.subject,
        target.subject_value,
        target.category_id,
        target.measure,
        target.comparison,
        target.low,
        target.high,
        kept.reached,
        kept.is_over,
        kept.is_met
    from {{ ref('fct_target_period') }} as kept
    inner join {{ ref('dim_target') }} as target
        on kept.account_id = target.account_id
        and kept.target_id = target.target_id
        and kept.valid_from = target.valid_from
)

select
    measured.account_id,
    measured.target_id,
    measured.name,
    measured.priority,
    measured.period,
    measured.period_start,
    measured.period_end,
    measured.subject,
    coalesce(category.category, measured.subject_value) as subject_name,
    measured.category_id,
    category.color as category_color,
    measured.measure,
    measured.comparison,
    measured.low,
    measured.high,
    measured.reached,
    round(
        case
            when measured.measure in ('start_time', 'end_time') then coalesce({{ holds() }}, false)::int
            when measured.low > 0 then coalesce(measured.reached, 0) / measured.low
            when measured.high > 0 then coalesce(measured.reached, 0) / measured.high
            when measured.comparison = 'at_least' then 1
            when coalesce(measured.reached, 0) = 0 then 0
        end, 4
    ) as progress,
    measured.is_over,
    measured.is_met
from measured
left join {{ ref('dim_category') }} as category
    on measured.account_id = category.account_id and measured.category_id = category.category_id
