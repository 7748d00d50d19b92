{{
    config(
        meta={'internal': true},
        tags=['ledger'],
        indexes=[{'columns': ['account_id', 'title_key'], 'unique': true}],
    )
}}
-- depends_on: {{ source('app', 'account') }}
select
    null::uuid as account_id,
    null::text as title_key
where false
