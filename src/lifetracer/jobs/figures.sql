-- Queries of figures.py: the owner's, over all accounts, so that no figure is about anybody.

-- now --
-- How the machine stands at this moment; one row of JSON.
select jsonb_build_object(
    'jobs', (
        select jsonb_agg(to_jsonb(f))
        from (
            select
                j.stage, j.status, count(*) as jobs,
                coalesce(max(extract(epoch from now() - greatest(j.run_after, j.queued_at)))
                filter (where j.status = 'queued' and j.run_after <= now()), 0)::float8 as oldest
            from ops.job as j
            where j.status in ('queued', 'running', 'waiting')
            group by j.stage, j.status
        ) as f
    ),
    'quota', (
        -- What is left until the reset; after it nothing is known to be missing. The bucket's name without its number.
        select jsonb_agg(to_jsonb(f))
        from (
            select
                c.source, split_part(q.bucket, ':', 1) as bucket, min(q.remaining) as lowest,
                count(*) filter (where q.remaining <= 0) as used_up
            from ops.quota as q
            join app.connection as c on c.account_id = q.account_id and c.connection_id = q.connection_id
            where q.remaining is not null and (q.resets_at is null or q.resets_at > now())
            group by c.source, split_part(q.bucket, ':', 1)
        ) as f
    ),
    'connections', (
        select jsonb_agg(to_jsonb(f))
        from (
            select c.source, c.status, count(*) as connections
            from app.connection as c
            group by c.source, c.status
        ) as f
    ),
    'freshness', (
        -- The stalest connection of each source that can be asked for news (files are read once).
        select jsonb_agg(to_jsonb(f))
        from (
            select
                c.source,
                max(extract(epoch from now() - coalesce(c.last_success_at, c.created_at)))::float8 as seconds
            from app.connection as c
            join app.credential as k on k.account_id = c.account_id and k.connection_id = c.connection_id
            where c.status <> 'paused'
            group by c.source
        ) as f
    ),
    'workers', (
        select jsonb_agg(to_jsonb(f))
        from (
            select s.stage, count(*) as workers
            from ops.worker as w, unnest(w.stages) as s (stage)
            where w.seen_at > now() - make_interval(secs => %(alive)s)
            group by s.stage
        ) as f
    ),
    'silence', (select extract(epoch from now() - max(w.seen_at))::float8 from ops.worker as w),
    'schedule_lag', (
        select coalesce(max(extract(epoch from now() - s.next_run_at)), 0)::float8
        from app.schedule as s
        where s.enabled and s.next_run_at < now()
    ),
    'channels', (
        select jsonb_agg(to_jsonb(f))
        from (
            select
                h.source, count(*) as channels,
                min(extract(epoch from h.expires_at - now()))::float8 as expires
            from ops.hint_channel as h
            group by h.source
        ) as f
    )
) as figures

-- ended --
-- Jobs that ended in [since, until), which is over: an end that was begun is committed within seconds.
select
    j.stage, j.status,
    extract(epoch from j.finished_at - j.started_at)::float8 as took,
    extract(epoch from j.started_at - j.queued_at)::float8 as waited
from ops.job as j
where j.finished_at >= %(since)s and j.finished_at < %(until)s

-- clock --
select now() - make_interval(secs => %(settled)s) as until

-- heartbeat --
-- Seconds since a worker last said that it lives; null when none ever did.
select extract(epoch from now() - max(w.seen_at))::float8 as seconds from ops.worker as w
