with latest as (
    select distinct on (account_id, category_id) *
    from {{ source('analyzer', 'estimate_choice') }}
    order by account_id asc, category_id asc, made_at desc
)

select
    latest.account_id,
    latest.category_id,
    {{ category_name('category') }} as category,
    {{ category_color('category', 'latest.category_id') }} as category_color,
    latest.method,
    latest.is_model,
    latest.baseline,
    latest.known_days,
    latest.model_loss as model_loss_seconds,
    latest.baseline_loss as baseline_loss_seconds,
    (1 - latest.model_loss / nullif(latest.baseline_loss, 0))::numeric(12, 4) as gain,
    latest.codes,
    latest.made_at
from latest
left join {{ ref('dim_category') }} as category
    on latest.account_id = category.account_id and latest.category_id = category.category_id
