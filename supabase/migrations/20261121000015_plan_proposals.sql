-- Plan proposals: blocks for the hours that are missing, looked at by a person, then written into one calendar of our own.

create table app.plan_setting (
    account_id uuid primary key references app.account on delete cascade,
    is_on boolean not null default true,
    horizon_days integer not null default 7 check (horizon_days between 1 and 14),
    shortest_minutes integer not null default 30 check (shortest_minutes between 15 and 480 and shortest_minutes % 15 = 0),
    longest_minutes integer not null default 120 check (longest_minutes between 15 and 480 and longest_minutes % 15 = 0),
    pause_minutes integer not null default 15 check (pause_minutes between 0 and 240 and pause_minutes % 15 = 0),
    buffer_minutes integer not null default 15 check (buffer_minutes between 0 and 240),
    day_minutes integer not null default 240 check (day_minutes between 15 and 1440),
    quiet_from time,
    quiet_until time,
    constraint plan_setting_lengths check (shortest_minutes <= longest_minutes),
    constraint plan_setting_quiet check ((quiet_from is null) = (quiet_until is null))
);
comment on table app.plan_setting is 'How lifetracer may plan for a person; without a row the defaults hold. One row per account.';
comment on column app.plan_setting.is_on is 'Whether the stage adjust ends with a plan proposal.';
comment on column app.plan_setting.horizon_days is 'How many days ahead, today included.';
comment on column app.plan_setting.shortest_minutes is 'No block is shorter.';
comment on column app.plan_setting.longest_minutes is 'No block is longer.';
comment on column app.plan_setting.pause_minutes is 'Between two blocks.';
comment on column app.plan_setting.buffer_minutes is 'Before and after an event of somebody else''s making.';
comment on column app.plan_setting.day_minutes is 'No more of one target is placed on one day.';
comment on column app.plan_setting.quiet_from is 'Nothing is placed from this time of day on; null: learned from when nothing but sleep is lived.';
comment on column app.plan_setting.quiet_until is 'Up to this time of day.';

create table app.plan_calendar (
    account_id uuid primary key references app.account on delete cascade,
    connection_id uuid not null,
    calendar_id text,
    title text not null,
    marker text not null,
    asked_at timestamptz not null default now(),
    made_at timestamptz,
    foreign key (account_id, connection_id) references app.connection on delete cascade
);
comment on table app.plan_calendar is 'The calendar that lifetracer made, the only one that it ever writes to. One row per account.';
comment on column app.plan_calendar.calendar_id is 'Google''s id; null: it was asked for, and the answer is not known yet.';
comment on column app.plan_calendar.marker is 'Words in its description by which it is found again.';

create table core.plan_proposal (
    account_id uuid not null references app.account on delete cascade,
    proposal_id uuid not null default gen_random_uuid(),
    made_at timestamptz not null default now(),
    horizon_start timestamptz not null,
    horizon_end timestamptz not null check (horizon_end > horizon_start),
    status text not null default 'proposed'
    check (status in ('proposed', 'approved', 'partly', 'written', 'undone', 'rejected', 'superseded')),
    missing_seconds integer not null check (missing_seconds >= 0),
    unplaced jsonb not null default '[]',
    made_from text not null,
    decided_at timestamptz,
    undo_asked_at timestamptz,
    ended_at timestamptz,
    primary key (account_id, proposal_id)
);
create unique index plan_proposal_one_open on core.plan_proposal (account_id) where status = 'proposed';
create index on core.plan_proposal (account_id, made_at);
comment on table core.plan_proposal is 'What lifetracer proposed to put into the calendar. One row per account and proposal.';
comment on column core.plan_proposal.status is 'proposed; approved: nothing written yet; partly: begun, to be finished by asking again; written; undone; rejected; superseded by a later one.';
comment on column core.plan_proposal.missing_seconds is 'What the targets lacked within the horizon when it was made.';
comment on column core.plan_proposal.unplaced is 'What found no place: [{target_id, title, seconds, reason}].';
comment on column core.plan_proposal.made_from is 'Fingerprint of its blocks: the same again is not proposed twice.';

create table core.plan_proposal_block (
    account_id uuid not null,
    proposal_id uuid not null,
    block_id uuid not null,
    change text not null check (change in ('add', 'move', 'remove')),
    category_id text not null,
    title text not null,
    starts_at timestamptz not null,
    ends_at timestamptz not null check (ends_at > starts_at),
    former_starts_at timestamptz,
    former_ends_at timestamptz,
    target_id uuid,
    habit numeric check (habit between 0 and 1),
    event_id text,
    etag text,
    status text not null default 'proposed'
    check (status in ('proposed', 'writing', 'written', 'conflict', 'gone', 'undoing', 'undone')),
    conflict jsonb,
    changed_at timestamptz not null default now(),
    primary key (account_id, proposal_id, block_id),
    foreign key (account_id, proposal_id) references core.plan_proposal on delete cascade
);
comment on table core.plan_proposal_block is 'What a proposal changes, block by block. One row per account, proposal and block.';
comment on column core.plan_proposal_block.former_starts_at is 'Of a moved block: where it was.';
comment on column core.plan_proposal_block.target_id is 'The target that it serves.';
comment on column core.plan_proposal_block.habit is 'How usual this is at that hour of that weekday: 1 as at its most usual hour.';
comment on column core.plan_proposal_block.event_id is 'Id of its event, made from the id of the block, so that it is written once.';
comment on column core.plan_proposal_block.etag is 'Version that Google gave what was written.';
comment on column core.plan_proposal_block.status is 'proposed; writing, undoing: Google was asked, the answer is not known; written; conflict: something stands in the way, nothing was overwritten; gone: deleted by hand; undone.';
comment on column core.plan_proposal_block.conflict is 'What stands in the way: {kind, …}.';

create table core.plan_block (
    account_id uuid not null references app.account on delete cascade,
    block_id uuid not null,
    proposal_id uuid not null,
    calendar_id text not null,
    event_id text not null,
    etag text not null,
    revision integer not null default 1,
    generation integer not null default 0,
    category_id text not null,
    title text not null,
    starts_at timestamptz not null,
    ends_at timestamptz not null,
    target_id uuid,
    state text not null default 'standing' check (state in ('standing', 'edited', 'deleted', 'removed')),
    written_at timestamptz not null default now(),
    primary key (account_id, block_id)
);
create index on core.plan_block (account_id, starts_at);
comment on table core.plan_block is 'Events that lifetracer wrote, as it last wrote them. One row per account and block.';
comment on column core.plan_block.proposal_id is 'The proposal that last changed it.';
comment on column core.plan_block.revision is 'Counts our writes; the event carries it, so that a write whose answer was lost is recognised.';
comment on column core.plan_block.generation is 'Counts the events that it had: Google never gives a deleted id back.';
comment on column core.plan_block.state is 'standing: as we wrote it; edited or deleted by hand: ours no more; removed by us.';

alter table app.plan_setting enable row level security;
alter table app.plan_calendar enable row level security;
alter table core.plan_proposal enable row level security;
alter table core.plan_proposal_block enable row level security;
alter table core.plan_block enable row level security;
create policy own on app.plan_setting for all to lifetracer_app, authenticated
using (account_id = (select app.current_account_id()))
with check (account_id = (select app.current_account_id()));
create policy own on app.plan_calendar for all to lifetracer_app
using (account_id = (select app.current_account_id()))
with check (account_id = (select app.current_account_id()));
create policy own on core.plan_proposal for all to lifetracer_app
using (account_id = (select app.current_account_id()))
with check (account_id = (select app.current_account_id()));
create policy own on core.plan_proposal_block for all to lifetracer_app
using (account_id = (select app.current_account_id()))
with check (account_id = (select app.current_account_id()));
create policy own on core.plan_block for all to lifetracer_app
using (account_id = (select app.current_account_id()))
with check (account_id = (select app.current_account_id()));
create policy seen on core.plan_proposal for select to lifetracer_reader, authenticated
using (account_id = (select app.current_account_id()));
create policy seen on core.plan_proposal_block for select to lifetracer_reader, authenticated
using (account_id = (select app.current_account_id()));
create policy seen on core.plan_block for select to lifetracer_reader, authenticated
using (account_id = (select app.current_account_id()));
grant select, insert, update, delete on app.plan_setting to lifetracer_app, authenticated;
grant select, insert, update, delete on app.plan_calendar to lifetracer_app;
grant select, insert, update on core.plan_proposal, core.plan_proposal_block, core.plan_block to lifetracer_app;
grant select on core.plan_proposal, core.plan_proposal_block, core.plan_block to lifetracer_reader, authenticated;
