{{
    config(
        indexes=[
            {'columns': ['account_id', 'tag', 'entry_id'], 'unique': true},
            {'columns': ['account_id', 'entry_id']},
        ],
        pre_hook="{{ forget_listed('stale_entry', 'entry_id') }}",
    )
}}
-- depends_on: {{ ref('stale_entry') }}
with due as (
    {%- if only_changes() %}
    select entry.account_id, entry.entry_id, entry.tags
    from {{ ref('stale_entry') }} as stale
    inner join {{ ref('fct_entry') }} as entry
        on stale.account_id = entry.account_id and stale.entry_id = entry.entry_id
    where {{ in_scope('stale') }}
    {%- else %}
    select entry.account_id, entry.entry_id, entry.tags from {{ ref('fct_entry') }} as entry where {{ in_scope('entry') }}
    {%- endif %}
)

select distinct
    due.account_id,
    tagged.tag,
    due.entry_id
from due
cross join lateral unnest(due.tags) as tagged (tag)
where tagged.tag is not null
