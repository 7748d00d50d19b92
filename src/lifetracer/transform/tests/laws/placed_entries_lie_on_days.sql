{{ config(tags=['law']) }}
-- Cutting at midnight loses nothing: an entry's days add up to the entry.
with cut as (
    select account_id, entry_id, sum(seconds) as seconds
    from {{ ref('fct_entry_day') }}
    group by account_id, entry_id
)

select entry.account_id, entry.entry_id, entry.seconds, cut.seconds as cut_seconds
from {{ ref('fct_entry') }} as entry
left join cut on entry.account_id = cut.account_id and entry.entry_id = cut.entry_id
where entry.is_placed and entry.seconds is distinct from cut.seconds
