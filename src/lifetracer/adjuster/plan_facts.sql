-- What placing has to know; in the account's transaction.

-- is_made --
-- Whether a transform has made what is asked below.
select
    to_regclass('core.fct_occurrence') is not null
    and to_regclass('core.fct_target_period') is not null
    and to_regclass('marts.hour_category') is not null

-- account --
select time_zone from app.account where account_id = app.current_account_id()

-- setting --
select is_on, horizon_days, shortest_minutes, longest_minutes, pause_minutes, buffer_minutes, day_minutes, quiet_from, quiet_until
from app.plan_setting
where account_id = app.current_account_id()

-- put_setting --
insert into app.plan_setting (
    account_id, is_on, horizon_days, shortest_minutes, longest_minutes, pause_minutes, buffer_minutes, day_minutes,
    quiet_from, quiet_until
)
values (
    app.current_account_id(), %(is_on)s, %(horizon_days)s, %(shortest_minutes)s, %(longest_minutes)s, %(pause_minutes)s,
    %(buffer_minutes)s, %(day_minutes)s, %(quiet_from)s, %(quiet_until)s
)
on conflict (account_id) do update set
    is_on = excluded.is_on, horizon_days = excluded.horizon_days, shortest_minutes = excluded.shortest_minutes,
    longest_minutes = excluded.longest_minutes, pause_minutes = excluded.pause_minutes,
    buffer_minutes = excluded.buffer_minutes, day_minutes = excluded.day_minutes, quiet_from = excluded.quiet_from,
    quiet_until = excluded.quiet_until

-- targets --
-- Those that ask for something, and of which category their blocks would be: a project's is that of most of its entries.
select
    target.target_id,
    target.name,
    target.subject,
    target.measure,
    target.period,
    target.low,
    target.weekdays,
    target.priority,
    target.valid_from,
    target.valid_to,
    coalesce(target.category_id, usual.category_id) as category_id,
    case target.subject when 'category' then target.category_ids else array[usual.category_id] end as category_ids,
    coalesce(category.category, target.subject_value, target.name) as title,
    category.kind
from core.dim_target as target
left join lateral (
    select entry.category_id
    from core.fct_entry as entry
    where
        target.subject = 'project' and entry.account_id = target.account_id
        and (entry.project_key = target.subject_value or app.name_key(entry.project_name) = app.name_key(target.subject_value))
    group by entry.category_id
    order by count(*) desc, entry.category_id asc
    limit 1
) as usual on true
left join core.dim_category as category
    on target.account_id = category.account_id and category.category_id = coalesce(target.category_id, usual.category_id)
where target.low > 0 and (target.valid_to is null or target.valid_to > %(today)s)
order by target.target_id, target.valid_from

-- reached --
select target_id, period_start, coalesce(reached, 0)::int from core.fct_target_period where not is_over

-- occurrences --
-- What takes time; whole days have no instants. Our own events come with the id that Google knows them by.
select
    category_id,
    starts_at,
    ends_at,
    starts_on,
    ends_on,
    case when is_own_plan then series_id end as own_id
from core.fct_occurrence
where is_busy and is_placed and last_date >= %(first)s and first_date < %(last)s
order by occurrence_id

-- habits --
select category_id, weekday, hour, sum(actual_seconds)::int
from marts.hour_category
where local_date >= %(since)s and local_date < %(today)s and actual_seconds > 0
group by category_id, weekday, hour

-- days --
select count(distinct local_date)::int
from marts.hour_category
where local_date >= %(since)s and local_date < %(today)s and actual_seconds > 0

-- sleep --
select category_id from core.dim_category where kind = 'sleep'

-- look_again --
-- What became of our events in the calendar, as the last sync saw it: edited or deleted by hand, they are ours no more.
update core.plan_block as block
set state = case when event.deleted_at is not null or event.data ->> 'status' = 'cancelled' then 'deleted' else 'edited' end
from raw.google_calendar__events as event
where
    block.account_id = app.current_account_id()
    and event.account_id = block.account_id
    and event.source_id = block.calendar_id || '/' || block.event_id
    and block.state = 'standing'
    and event.synced_at > block.written_at
    and (
        event.deleted_at is not null
        or event.data ->> 'status' = 'cancelled'
        or (
            event.data ->> 'etag' <> block.etag
            and (event.data #>> '{extendedProperties,private,revision}') is not distinct from block.revision::text
        )
    )

-- has_events --
select to_regclass('raw.google_calendar__events') is not null

-- left_out --
-- Times of proposals that the person did not approve when approving others.
select category_id, starts_at, ends_at
from core.plan_proposal_block
where status = 'left_out' and change <> 'remove' and ends_at > %(now)s

-- blocks --
-- Ours that are not over, and those that the person deleted.
select block_id, category_id, title, starts_at, ends_at, target_id, calendar_id || '/' || event_id as own_id, state
from core.plan_block
where ends_at > %(now)s and state in ('standing', 'deleted', 'edited')
order by starts_at, block_id
