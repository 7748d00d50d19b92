-- Queries of round_trips.py; only the owner's role may run them.

-- begin --
insert into ops.round_trip (state_hash, browser, details, expires_at)
values (%(state)s, %(browser)s, %(details)s, now() + %(life)s)

-- end --
delete from ops.round_trip
where state_hash = %(state)s and browser = %(browser)s and expires_at > now()
returning details
