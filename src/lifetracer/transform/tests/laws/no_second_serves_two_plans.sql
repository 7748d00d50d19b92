{{ config(tags=['law']) }}
-- No second of an entry belongs to two plans: what plans were given of it is at most what it has of its own.
with given as (
    select match.account_id, entry.entry_id, sum(entry.seconds) as seconds
    from {{ ref('fct_match') }} as match
    cross join lateral unnest(match.entry_ids, match.entry_seconds) as entry (entry_id, seconds)
    where match.layer = 'plan'
    group by match.account_id, entry.entry_id
),

own as (
    select account_id, entry_id, sum(seconds) as seconds
    from {{ ref('fct_span') }}
    where is_past and entry_id is not null
    group by account_id, entry_id
)

select given.account_id, given.entry_id, given.seconds, own.seconds as own_seconds
from given
left join own on given.account_id = own.account_id and given.entry_id = own.entry_id
where given.seconds > coalesce(own.seconds, 0)
union all
select account_id, block_id as entry_id, planned_seconds as seconds, lived_seconds as own_seconds
from {{ ref('fct_match') }}
where layer = 'actual' and planned_seconds > lived_seconds
union all
select account_id, block_id as entry_id, lived_seconds as seconds, (select sum(n) from unnest(entry_seconds) as n) as own_seconds
from {{ ref('fct_match') }}
where layer = 'plan' and lived_seconds is distinct from coalesce((select sum(n) from unnest(entry_seconds) as n), 0)
