-- Reports that were written, and secret addresses under which other calendars read what happened.

create table app.report (
    account_id uuid not null references app.account on delete cascade,
    report_id uuid not null default gen_random_uuid(),
    name text not null check (length(name) between 1 and 200),
    kind text not null check (kind in ('day', 'week', 'month', 'client')),
    period text not null,
    period_start date not null,
    period_end date not null,
    language text not null check (language in ('en', 'ja')),
    paper text not null check (paper in ('a4', 'letter')),
    parameters jsonb not null default '{}',
    place text not null,
    size integer not null check (size > 0),
    sha256 text not null,
    made_at timestamptz not null default now(),
    primary key (account_id, report_id),
    unique (account_id, name),
    check (period_end >= period_start)
);
create index report_made on app.report (account_id, made_at desc);
comment on table app.report is 'Reports that were written, with what they were asked for. One row per account and report.';
comment on column app.report.name is 'Name of the file: kind, period, and what sets it apart; writing it again replaces it.';
comment on column app.report.period is 'As people name it: 2026-11-21, 2026-W47 or 2026-11.';
comment on column app.report.period_end is 'Last day.';
comment on column app.report.parameters is 'What else it was asked for: client, rounding.';
comment on column app.report.place is 'Folder or address below which the file lies, as the one who wrote it knew it; a folder with the name of its machine.';

create table app.feed (
    account_id uuid not null references app.account on delete cascade,
    feed_id uuid not null default gen_random_uuid(),
    name text not null check (length(btrim(name)) between 1 and 100),
    address_hash bytea not null,
    shows text not null default 'everything' check (shows in ('everything', 'categories')),
    days integer not null default 90 check (days between 1 and 3660),
    created_at timestamptz not null default now(),
    last_read_at timestamptz,
    revoked_at timestamptz,
    primary key (account_id, feed_id)
);
create unique index feed_address on app.feed (address_hash);
comment on table app.feed is 'Secret addresses under which calendars read what happened (iCalendar). One row per account and address.';
comment on column app.feed.address_hash is 'SHA-256 of the secret part of the address (256 random bits), which is shown once and kept nowhere.';
comment on column app.feed.shows is 'everything: descriptions, projects and clients; categories: nothing but the category.';
comment on column app.feed.days is 'How far back it reaches.';
comment on column app.feed.last_read_at is 'To the minute.';

alter table app.report enable row level security;
alter table app.feed enable row level security;
create policy own on app.report for all to lifetracer_app, authenticated
using (account_id = (select app.current_account_id()))
with check (account_id = (select app.current_account_id()));
create policy own on app.feed for all to lifetracer_app, authenticated
using (account_id = (select app.current_account_id()))
with check (account_id = (select app.current_account_id()));

grant select, delete on app.report to lifetracer_app, authenticated;
-- The hash is written and never read by those who act for a person.
grant select (account_id, feed_id, name, shows, days, created_at, last_read_at, revoked_at),
insert (account_id, name, address_hash, shows, days), update (revoked_at) on app.feed to lifetracer_app, authenticated;
