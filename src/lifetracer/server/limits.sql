-- Queries of limits.py.

-- count --
-- Add what this server counted to what all have counted; gives the sums, and forgets the minutes that are over.
with over as (
    delete from ops.rate where window_number < %(oldest)s
)
insert into ops.rate as r (window_number, bucket, hits)
select given.window_number, given.bucket, given.hits
from unnest(%(windows)s::bigint[], %(buckets)s::text[], %(hits)s::bigint[]) as given (window_number, bucket, hits)
order by given.window_number, given.bucket
on conflict (window_number, bucket) do update set hits = r.hits + excluded.hits
returning window_number, bucket, hits
