with latest as (
    select distinct on (account_id, category_id, grain, period_start) *
    from {{ source('analyzer', 'estimate') }}
    order by account_id asc, category_id asc, grain asc, period_start asc, made_at desc
),

judged as (
    select
        latest.*,
        coalesce(last_day.is_over, false) as is_over,
        case when last_day.is_over then lived.seconds end as actual_seconds
    from latest
    left join {{ ref('dim_day') }} as last_day
        on latest.account_id = last_day.account_id and latest.period_end - 1 = last_day.local_date
    cross join lateral ({{ lived_in_period('latest') }}) as lived
)

select
    judged.account_id,
    judged.grain,
    judged.period_start,
    judged.period_end,
    judged.category_id,
    {{ category_name('category') }} as category,
    {{ category_color('category', 'judged.category_id') }} as category_color,
    judged.p10,
    judged.p25,
    judged.p50,
    judged.p75,
    judged.p90,
    judged.mean,
    judged.lived_seconds,
    judged.planned_seconds,
    judged.method,
    judged.is_model,
    judged.reasons,
    judged.made_at,
    judged.made_on,
    judged.horizon,
    judged.is_over,
    judged.actual_seconds
from judged
left join {{ ref('dim_category') }} as category
    on judged.account_id = category.account_id and judged.category_id = category.category_id
