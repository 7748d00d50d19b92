-- Proposals and their blocks; in the account's transaction.

-- lock --
-- One change of an account's proposals at a time.
select pg_advisory_xact_lock(hashtextextended('plan ' || app.current_account_id()::text, 0))

-- unfinished --
select proposal_id from core.plan_proposal
where status in ('approved', 'partly') or (status <> 'undone' and undo_asked_at is not null)
limit 1

-- open --
select proposal_id, made_from from core.plan_proposal where status = 'proposed'

-- supersede --
update core.plan_proposal set status = 'superseded', ended_at = now() where status = 'proposed'

-- refresh --
update core.plan_proposal
set missing_seconds = %(missing_seconds)s, unplaced = %(unplaced)s, horizon_start = %(horizon_start)s, horizon_end = %(horizon_end)s
where proposal_id = %(proposal_id)s

-- add --
insert into core.plan_proposal (
    account_id, proposal_id, made_at, horizon_start, horizon_end, missing_seconds, unplaced, made_from
)
values (
    app.current_account_id(), %(proposal_id)s, %(made_at)s, %(horizon_start)s, %(horizon_end)s, %(missing_seconds)s,
    %(unplaced)s, %(made_from)s
)

-- add_block --
insert into core.plan_proposal_block (
    account_id, proposal_id, block_id, change, category_id, title, starts_at, ends_at, former_starts_at, former_ends_at,
    target_id, habit
)
values (
    app.current_account_id(), %(proposal_id)s, %(block_id)s, %(change)s, %(category_id)s, %(title)s, %(starts_at)s,
    %(ends_at)s, %(former_starts_at)s, %(former_ends_at)s, %(target_id)s, %(habit)s
)

-- every --
select proposal_id, made_at, horizon_start, horizon_end, status, missing_seconds, unplaced, decided_at, undo_asked_at, ended_at
from core.plan_proposal
where %(before)s::timestamptz is null or made_at < %(before)s
order by made_at desc, proposal_id desc
limit %(limit)s

-- one --
select proposal_id, made_at, horizon_start, horizon_end, status, missing_seconds, unplaced, decided_at, undo_asked_at, ended_at
from core.plan_proposal
where proposal_id = %(proposal_id)s

-- blocks --
select
    block_id, change, category_id, title, starts_at, ends_at, former_starts_at, former_ends_at, target_id,
    habit::float8 as habit, event_id, etag, status, conflict
from core.plan_proposal_block
where proposal_id = %(proposal_id)s
order by starts_at, block_id

-- reject --
update core.plan_proposal set status = 'rejected', decided_at = now(), ended_at = now()
where proposal_id = %(proposal_id)s and status = 'proposed'

-- approve --
update core.plan_proposal set status = 'approved', decided_at = now()
where proposal_id = %(proposal_id)s and status = 'proposed'

-- choose --
-- Approve these blocks and leave the others out; what was left out before can be chosen later.
update core.plan_proposal_block
set status = case when block_id = any(%(chosen)s) then 'proposed' else 'left_out' end, changed_at = now()
where
    proposal_id = %(proposal_id)s
    and status = case when block_id = any(%(chosen)s) then 'left_out' else 'proposed' end

-- ask_undo --
update core.plan_proposal set undo_asked_at = coalesce(undo_asked_at, now())
where proposal_id = %(proposal_id)s and status in ('approved', 'partly', 'written')

-- later --
-- A later proposal that changed one of the same blocks and was not undone.
select later.proposal_id
from core.plan_proposal_block as mine
inner join core.plan_proposal_block as later on mine.account_id = later.account_id and mine.block_id = later.block_id
inner join core.plan_proposal as later_one on later.account_id = later_one.account_id and later.proposal_id = later_one.proposal_id
inner join core.plan_proposal as one on mine.account_id = one.account_id and mine.proposal_id = one.proposal_id
where
    mine.proposal_id = %(proposal_id)s
    and later_one.made_at > one.made_at
    and later_one.status in ('approved', 'partly', 'written')
limit 1
