-- What the plan used to be: former versions of occurrences, so that "what did Tuesday look like on Monday evening?" has an answer.

create table raw.occurrence_revision (
    account_id uuid not null,
    occurrence_id text not null,
    revision_id bigint generated always as identity,
    change text not null check (change in ('added', 'changed', 'removed')),
    connection_id uuid not null,
    source text not null,
    calendar_id text not null,
    series_id text not null,
    content_id text not null,
    starts_at timestamptz,
    ends_at timestamptz,
    starts_on date,
    ends_on date,
    replaced_at timestamptz not null default now(),
    primary key (account_id, occurrence_id, revision_id),
    foreign key (account_id, connection_id) references app.connection on delete cascade
);
create index on raw.occurrence_revision (account_id, starts_at);
comment on table raw.occurrence_revision is 'Former versions of occurrences. One row per account, occurrence and version that was replaced.';
comment on column raw.occurrence_revision.change is 'What became of this version: changed into another, removed; or added: there was none before, and this one came.';
comment on column raw.occurrence_revision.content_id is 'source_id of the event row whose title and details applied; its former versions are in raw.revision.';
comment on column raw.occurrence_revision.replaced_at is 'When that happened here.';

alter table raw.occurrence_revision enable row level security;
create policy own on raw.occurrence_revision for select to lifetracer_app using (account_id = (select app.current_account_id()));
grant select on raw.occurrence_revision to lifetracer_app;

-- Once per statement, over the rows that it wrote. Nothing is kept
--   of an expansion of everything anew (the first import, other rules, another zone): lifetracer.expands_anew is on;
--   of what appears more than two days ahead (every sync lets in another day of each series): it was there on every
--   evening that can matter;  of an update that changed nothing;  of what goes with its connection.
create function raw.keep_occurrence() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    if current_setting('lifetracer.expands_anew', true) = 'on' then
        return null;
    end if;
    if tg_op = 'INSERT' then
        insert into raw.occurrence_revision (
            account_id, occurrence_id, change, connection_id, source, calendar_id, series_id, content_id,
            starts_at, ends_at, starts_on, ends_on)
        select
            o.account_id, o.occurrence_id, 'added', o.connection_id, o.source, o.calendar_id, o.series_id, o.content_id,
            o.starts_at, o.ends_at, o.starts_on, o.ends_on
        from written as o
        where coalesce(o.starts_at, o.starts_on::timestamptz) < now() + interval '2 days';
    elsif tg_op = 'UPDATE' then
        insert into raw.occurrence_revision (
            account_id, occurrence_id, change, connection_id, source, calendar_id, series_id, content_id,
            starts_at, ends_at, starts_on, ends_on)
        select
            o.account_id, o.occurrence_id, 'changed', o.connection_id, o.source, o.calendar_id, o.series_id, o.content_id,
            o.starts_at, o.ends_at, o.starts_on, o.ends_on
        from former as o
        inner join written as n on o.account_id = n.account_id and o.occurrence_id = n.occurrence_id
        where (o.content_id, o.starts_at, o.ends_at, o.starts_on, o.ends_on)
            is distinct from (n.content_id, n.starts_at, n.ends_at, n.starts_on, n.ends_on);
    else
        insert into raw.occurrence_revision (
            account_id, occurrence_id, change, connection_id, source, calendar_id, series_id, content_id,
            starts_at, ends_at, starts_on, ends_on)
        select
            o.account_id, o.occurrence_id, 'removed', o.connection_id, o.source, o.calendar_id, o.series_id, o.content_id,
            o.starts_at, o.ends_at, o.starts_on, o.ends_on
        from former as o
        where exists (
            select from app.connection as c where c.account_id = o.account_id and c.connection_id = o.connection_id
        );
    end if;
    return null;
end
$$;
comment on function raw.keep_occurrence() is 'Trigger: keep former versions of occurrences.';
revoke all on function raw.keep_occurrence() from public;

create trigger keep_insert after insert on raw.occurrence referencing new table as written
for each statement execute function raw.keep_occurrence();
create trigger keep_update after update on raw.occurrence referencing old table as former new table as written
for each statement execute function raw.keep_occurrence();
create trigger keep_delete after delete on raw.occurrence referencing old table as former
for each statement execute function raw.keep_occurrence();
