with summed as (
    select
        match.account_id,
        match.week_start,
        match.category_id,
        {{ adherence_sums() }}
    from {{ ref('fct_match') }} as match
    where match.layer in ('plan', 'actual')
    group by match.account_id, match.week_start, match.category_id
)

select
    summed.account_id,
    summed.week_start,
    summed.category_id,
    {{ category_name('category') }} as category,
    {{ category_color('category', 'summed.category_id') }} as category_color,
    {{ adherence_columns('summed') }}
from summed
left join {{ ref('dim_category') }} as category
    on summed.account_id = category.account_id and summed.category_id = category.category_id
