-- Who may write, and how it ended.

-- seize --
-- A lock of the session, so that it dies with its process (owner's session).
select pg_try_advisory_lock(hashtextextended('plan writing ' || %(account)s::text, 0))

-- let_go --
select pg_advisory_unlock(hashtextextended('plan writing ' || %(account)s::text, 0))

-- written --
update core.plan_proposal set status = 'written', ended_at = now()
where proposal_id = %(proposal_id)s and status in ('approved', 'partly') and undo_asked_at is null

-- undone --
update core.plan_proposal set status = 'undone', ended_at = now()
where proposal_id = %(proposal_id)s and undo_asked_at is not null
