-- kinds --
-- How many findings there are of each kind.
select kind, min(severity) as severity, count(*) as findings
from marts.data_quality
where account_id = %(account_id)s and local_date >= %(since)s
group by kind
order by min(case severity when 'problem' then 1 when 'warning' then 2 else 3 end), count(*) desc

-- findings --
-- What is odd, the gravest first, then the latest.
select kind, severity, local_date, seconds, subject, message_en, message_ja, remedy_en, remedy_ja, link
from marts.data_quality
where account_id = %(account_id)s and local_date >= %(since)s and (%(kind)s = '' or kind = %(kind)s)
order by case severity when 'problem' then 1 when 'warning' then 2 else 3 end, local_date desc, finding_id
limit %(most)s

-- count --
select count(*), max(synced_at) from raw.{table} where account_id = %(account_id)s and deleted_at is null

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
