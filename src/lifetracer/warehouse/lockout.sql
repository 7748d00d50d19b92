-- Queries of lockout.py; only the owner's role may run them.

-- attempt --
-- Counts, and sets from when on the next one is looked at; gives nothing while one has to wait. A day heals.
insert into ops.sign_in_failure as f (bucket, failures) values (%(bucket)s, 1)
on conflict (bucket) do update set
    failures = case when f.last_at < now() - interval '1 day' then 1 else f.failures + 1 end,
    last_at = now(),
    locked_until = case
        when f.last_at >= now() - interval '1 day' and f.failures + 1 >= %(free)s
            then now() + least(%(most)s, %(first)s * power(2, least(f.failures + 1 - %(free)s, 20))) * interval '1 second'
    end
where f.locked_until is null or f.locked_until <= now()
returning failures

-- locked_until --
select locked_until from ops.sign_in_failure where bucket = %(bucket)s

-- forget --
delete from ops.sign_in_failure where bucket = any(%(buckets)s)
