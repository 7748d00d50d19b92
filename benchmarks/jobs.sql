-- What the benchmark of jobs asks the database.

-- scene --
create table light (job_id uuid, fence bigint);

-- crowd --
insert into app.account (name, time_zone, language)
select 'Person ' || n, 'UTC', 'en' from generate_series(1, %(accounts)s) as n;

-- persons --
select account_id::text from app.account where name like 'Person %'

-- act_for --
select set_config('lifetracer.account_id', %(account)s, true)

-- ask --
select count(*) from generate_series(1, %(each)s) as n
cross join lateral ops.request_job('light', n::text, '{}', 'person', 10::smallint) as asked
where asked.created

-- left --
select count(*) from ops.job where status in ('queued', 'running', 'waiting')

-- done --
select count(*), count(distinct l.job_id), count(*) filter (where j.status = 'succeeded'), count(distinct j.account_id)
from ops.job as j left join light as l using (job_id)
where j.stage = 'light'

-- pauses --
select extract(epoch from j.started_at - j.queued_at)::float8, (j.summary ->> 'began')::float8
    - extract(epoch from j.queued_at)::float8
from ops.job as j where j.stage = 'light' and j.status = 'succeeded'

-- shown --
select count(*) from marts.week_block where title = %(title)s
