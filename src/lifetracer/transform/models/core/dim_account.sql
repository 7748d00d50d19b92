{{
    config(
        tags=['ledger'],
        indexes=[{'columns': ['account_id'], 'unique': true}],
    )
}}
-- depends_on: {{ source('app', 'account') }}
-- Written by the runner (run.py) when all models succeeded: what it says is what the tables stand for.
select
    null::uuid as account_id,
    null::text as time_zone,
    null::text as category_version,
    null::timestamptz as as_of,
    null::text as made_by
where false
