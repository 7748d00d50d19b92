-- findings --
-- What is odd in some weeks: how many there are of each kind, and beside it the gravest first, then the latest.
with found as materialized (
    select
        kind, severity, local_date, message_en, message_ja, remedy_en, remedy_ja, link, finding_id,
        case severity when 'problem' then 1 when 'warning' then 2 else 3 end as weight
    from marts.data_quality
    where account_id = %(account_id)s and local_date >= %(first)s and local_date < %(until)s
),

shown as (
    select * from found
    where %(kind)s = '' or kind = %(kind)s
    order by weight, local_date desc, finding_id
    limit %(most)s
)

select kinds.*, shown.*
from (
    select jsonb_agg(jsonb_build_object('kind', kind, 'findings', findings) order by weight, findings desc) as kinds
    from (select kind, count(*) as findings, min(weight) as weight from found group by kind) as counted
) as kinds
left join shown on true
order by shown.weight, shown.local_date desc, shown.finding_id

-- count --
select {name} as name, count(*) as rows, max(synced_at) as synced_at
from raw.{table} where account_id = %(account_id)s and deleted_at is null

-- occurrence --
-- Which row holds what an occurrence says.
select content_id from raw.occurrence where account_id = %(account_id)s and occurrence_id = %(occurrence_id)s

-- raw_row --
select data, api_version, synced_at, deleted_at from raw.{table}
where account_id = %(account_id)s and source_id = %(source_id)s

-- raw_rows --
select source_id, data, synced_at, deleted_at from raw.{table}
where account_id = %(account_id)s and source_id > %(after)s
order by source_id
limit %(most)s

-- revisions --
-- Former versions of a row, the latest first.
select data, api_version, synced_at, deleted_at, replaced_at from raw.revision
where account_id = %(account_id)s and stream = %(stream)s and source_id = %(source_id)s
order by revision_id desc
limit 20
