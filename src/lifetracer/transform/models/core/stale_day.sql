{{
    config(
        meta={'internal': true},
        indexes=[{'columns': ['account_id', 'local_date'], 'unique': true}],
    )
}}
-- depends_on: {{ source('app', 'account') }}
{# fct_span is made after this model, from it; what the former run left there is what is read here. #}
{%- set spans = load_relation(api.Relation.create(database=target.database, schema='core', identifier='fct_span')) if execute -%}
{%- if is_incremental() and spans and not var('full', false) %}
-- Days that were not over when they were last made: time went on, plans have come due.
select distinct
    span.account_id,
    span.local_date
from {{ spans }} as span
where
    not span.is_past
    and span.starts_at < {{ as_of() }}
    and {{ in_scope('span') }}
    and not exists (
        select from {{ this }} as noted
        where noted.account_id = span.account_id and noted.local_date = span.local_date
    )
{%- else %}
select
    null::uuid as account_id,
    null::date as local_date
where false
{%- endif %}
