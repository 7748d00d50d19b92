-- blocks --
-- What a proposal changes, in the order of its time.
select
    block_id, change, status, conflict, category, category_color, title, local_date, starts_at, ends_at, seconds,
    former_starts_at, former_ends_at, target, habit
from marts.plan_proposal_block
where account_id = %(account_id)s and proposal_id = %(proposal_id)s
order by starts_at, block_id

-- events --
-- What the calendars hold on some days.
select
    block_id, layer, local_date, starts_at, ends_at, start_second, end_second, seconds, all_day, category, category_color,
    title, detail, source, busy, response, running, verdict, counterpart_block_id, delta_seconds, overrun_seconds, replaced_by
from marts.week_block
where account_id = %(account_id)s and layer = 'plan' and local_date between %(first)s and %(last)s
order by local_date, all_day desc, start_second, end_second desc, block_id

-- counts --
-- What the proposals of late changed.
select
    proposal_id,
    count(*) filter (where change = 'add') as added,
    count(*) filter (where change = 'move') as moved,
    count(*) filter (where change = 'remove') as removed,
    count(*) filter (where status in ('conflict', 'gone')) as conflicts
from marts.plan_proposal_block
where account_id = %(account_id)s and place <= %(most)s
group by proposal_id

-- calendar --
-- The calendar that was made for plans, if one was.
select title, calendar_id is not null as is_made from app.plan_calendar

-- consent --
-- Whether Google allowed to write when it was connected here; null: not known.
select bool_or((settings ->> 'may_plan')::boolean) as may_plan
from app.connection
where source = 'google_calendar' and status = 'active'

-- asked --
-- The last times that a proposal was asked for, and that this one was written or taken back.
select distinct on (subject) stage, subject, status, summary, error, finished_at
from ops.job
where
    (stage = 'adjust' and status = 'succeeded')
    or (stage = 'plan' and subject in ('propose', 'approve:' || %(proposal)s, 'undo:' || %(proposal)s))
order by subject, queued_at desc
