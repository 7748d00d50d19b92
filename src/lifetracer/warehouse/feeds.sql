-- Queries of feeds.py.

-- create --
insert into app.feed (account_id, name, address_hash, shows, days)
values (app.current_account_id(), %(name)s, %(address_hash)s, %(shows)s, %(days)s)
returning account_id, feed_id, name, shows, days, created_at, last_read_at, revoked_at

-- every --
select account_id, feed_id, name, shows, days, created_at, last_read_at, revoked_at
from app.feed
order by created_at, feed_id

-- revoke --
update app.feed set revoked_at = now()
where feed_id = %(feed_id)s and revoked_at is null

-- find --
-- The one whose hash this is, if it works; the time of reading is written once a minute at most.
with found as (
    select * from app.feed
    where address_hash = %(address_hash)s and revoked_at is null
), used as (
    update app.feed as f set last_read_at = now()
    from found
    where f.account_id = found.account_id and f.feed_id = found.feed_id
        and (found.last_read_at is null or found.last_read_at < now() - interval '1 minute')
)
select account_id, feed_id, name, shows, days, created_at, last_read_at, revoked_at from found
