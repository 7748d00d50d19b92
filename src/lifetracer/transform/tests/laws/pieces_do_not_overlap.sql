{{ config(tags=['law']) }}
-- No second is used twice.
with ordered as (
    select
        account_id,
        starts_at,
        ends_at,
        lag(ends_at) over (partition by account_id order by starts_at) as former_end
    from {{ ref('fct_span') }}
)

select *
from ordered
where former_end > starts_at
