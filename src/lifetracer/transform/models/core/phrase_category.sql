{{
    config(
        meta={'internal': true},
        indexes=[{'columns': ['account_id', 'phrase', 'kind'], 'unique': true}],
        pre_hook="{{ forget_phrases() }}",
    )
}}
-- depends_on: {{ ref('stale_phrase') }}
-- depends_on: {{ ref('stale_description') }}
-- Names are few and looked at each time; descriptions only when one of their entries was removed or made.
select
    account_id,
    kind,
    phrase,
    category_id,
    is_repeated
from ({{ due_phrases() }}) as due
{%- if only_changes() %}
where not exists (
    select from {{ this }} as kept
    where kept.account_id = due.account_id and kept.phrase = due.phrase and kept.kind = due.kind
)
{%- endif %}
