-- What is written down before and after Google is asked; in the account's transaction.

-- zone --
select time_zone from app.account where account_id = app.current_account_id()

-- begun --
update core.plan_proposal set status = 'partly' where proposal_id = %(proposal_id)s and status = 'approved'

-- may_go_on --
-- Whether nobody decided otherwise meanwhile.
select status in ('approved', 'partly', 'written') and (undo_asked_at is not null) = %(undoing)s
from core.plan_proposal where proposal_id = %(proposal_id)s
for share

-- intend --
update core.plan_proposal_block set status = %(status)s, event_id = %(event_id)s, conflict = null, changed_at = now()
where proposal_id = %(proposal_id)s and block_id = %(block_id)s

-- settle --
update core.plan_proposal_block
set status = %(status)s, conflict = %(conflict)s, etag = coalesce(%(etag)s, etag), changed_at = now()
where proposal_id = %(proposal_id)s and block_id = %(block_id)s

-- standing --
select
    block_id, proposal_id, calendar_id, event_id, etag, revision, generation, category_id, title, starts_at, ends_at,
    target_id, state
from core.plan_block
where block_id = %(block_id)s

-- put --
insert into core.plan_block (
    account_id, block_id, proposal_id, calendar_id, event_id, etag, revision, generation, category_id, title, starts_at,
    ends_at, target_id, state
)
values (
    app.current_account_id(), %(block_id)s, %(proposal_id)s, %(calendar_id)s, %(event_id)s, %(etag)s, %(revision)s,
    %(generation)s, %(category_id)s, %(title)s, %(starts_at)s, %(ends_at)s, %(target_id)s, %(state)s
)
on conflict (account_id, block_id) do update set
    proposal_id = excluded.proposal_id, calendar_id = excluded.calendar_id, event_id = excluded.event_id,
    etag = excluded.etag, revision = excluded.revision, generation = excluded.generation, title = excluded.title,
    starts_at = excluded.starts_at, ends_at = excluded.ends_at, state = excluded.state, written_at = now()

-- state --
update core.plan_block set state = %(state)s where block_id = %(block_id)s

-- is_made --
select to_regclass('core.fct_occurrence') is not null

-- in_the_way --
-- An event of somebody else's making that has come between, as far as the last sync knows.
select coalesce(event.title, event.calendar_name), event.starts_at, event.ends_at
from core.fct_occurrence as event
where
    event.is_busy and event.is_placed
    and not exists (
        select from core.plan_block as own
        where own.state = 'standing' and event.series_id = own.calendar_id || '/' || own.event_id
    )
    and case
        when event.is_all_day
            then tstzrange(event.starts_on::timestamp at time zone event.time_zone, event.ends_on::timestamp at time zone event.time_zone)
        else tstzrange(event.starts_at, event.ends_at)
    end && tstzrange(%(starts_at)s, %(ends_at)s)
order by event.starts_at
limit 1
