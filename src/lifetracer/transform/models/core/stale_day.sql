{{
    config(
        meta={'internal': true},
        tags=['ledger'],
        indexes=[{'columns': ['account_id', 'local_date'], 'unique': true}],
    )
}}
-- depends_on: {{ source('app', 'account') }}
-- Filled by the facts whose days changed, emptied when a run ended well.
select
    null::uuid as account_id,
    null::date as local_date
where false
