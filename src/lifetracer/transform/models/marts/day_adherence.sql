with summed as (
    select
        match.account_id,
        match.local_date,
        match.week_start,
        {{ adherence_sums() }}
    from {{ ref('fct_match') }} as match
    where match.layer in ('plan', 'actual')
    group by match.account_id, match.local_date, match.week_start
)

select
    summed.account_id,
    summed.local_date,
    summed.week_start,
    {{ adherence_columns('summed') }}
from summed
