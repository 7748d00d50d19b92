select
    insight.account_id,
    insight.insight_id,
    insight.kind,
    insight.category_id,
    {{ category_name('category') }} as category,
    {{ category_color('category', 'insight.category_id') }} as category_color,
    insight.other_category_id,
    other.category as other_category,
    other.color as other_category_color,
    insight.begins_on,
    insight.ends_on,
    insight.effect,
    insight.p_value,
    insight.details,
    insight.made_at
from {{ source('analyzer', 'insight') }} as insight
left join {{ ref('dim_category') }} as category
    on insight.account_id = category.account_id and insight.category_id = category.category_id
left join {{ ref('dim_category') }} as other
    on insight.account_id = other.account_id and insight.other_category_id = other.category_id
where insight.ended_at is null
