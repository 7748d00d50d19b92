-- The one calendar that lifetracer made; in the account's transaction.

-- lock --
select pg_advisory_xact_lock(hashtextextended('plan ' || app.current_account_id()::text, 0))

-- known --
select connection_id, calendar_id, title, marker from app.plan_calendar

-- connections --
-- Accesses to Google that still have a credential (owner's transaction: it alone sees credentials).
select connection.connection_id, connection.name
from app.connection as connection
inner join app.credential as credential
    on connection.account_id = credential.account_id and connection.connection_id = credential.connection_id
where connection.account_id = %(account)s and connection.source = 'google_calendar'
order by connection.status = 'active' desc, connection.created_at, connection.connection_id

-- other_calendars --
-- Calendars that can only be read.
select count(*) from app.connection where account_id = %(account)s and source = 'ical'

-- zone --
select time_zone, language from app.account where account_id = app.current_account_id()

-- intend --
-- Written down before Google is asked.
insert into app.plan_calendar (account_id, connection_id, title, marker)
values (app.current_account_id(), %(connection)s, %(title)s, %(marker)s)
on conflict (account_id) do update set connection_id = excluded.connection_id, calendar_id = null, made_at = null, asked_at = now()

-- made --
update app.plan_calendar set calendar_id = %(calendar)s, made_at = now()

-- read_it --
-- The sync reads it, whatever calendars were chosen.
update app.connection set settings = settings || jsonb_build_object('plan_calendar_id', %(calendar)s::text)
where account_id = app.current_account_id() and connection_id = %(connection)s

-- lost --
-- With their calendar the blocks are gone; that says nothing about their times.
update core.plan_block set state = 'removed' where calendar_id = %(calendar)s and state = 'standing'
