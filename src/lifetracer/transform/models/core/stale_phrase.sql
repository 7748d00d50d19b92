{{
    config(
        meta={'internal': true},
        tags=['ledger'],
        indexes=[{'columns': ['account_id', 'phrase'], 'unique': true}],
    )
}}
-- depends_on: {{ source('app', 'account') }}
select
    null::uuid as account_id,
    null::text as phrase
where false
