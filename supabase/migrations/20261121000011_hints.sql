-- Channels by which services hint at news, so that a sync need not wait for its time.

create table ops.hint_channel (
    account_id uuid not null,
    channel_id uuid not null default gen_random_uuid(),
    connection_id uuid not null,
    source text not null,
    topic text not null,
    address text not null,
    secret text not null,
    remote_id text,
    opened_at timestamptz not null default now(),
    expires_at timestamptz,
    confirmed_at timestamptz,
    last_heard_at timestamptz,
    primary key (account_id, channel_id),
    unique (channel_id),
    foreign key (account_id, connection_id) references app.connection on delete cascade
);
create index hint_channel_connection on ops.hint_channel (account_id, connection_id, topic);
comment on table ops.hint_channel is 'Ways by which a service tells that something changed: Toggl webhooks, Google push channels. One row per account and channel.';
comment on column ops.hint_channel.topic is 'What it tells about: a Toggl workspace, a Google calendar.';
comment on column ops.hint_channel.address is 'Where the service was told to send its hints, without the channel''s own part.';
comment on column ops.hint_channel.secret is 'By which a hint proves where it comes from, encrypted like a credential.';
comment on column ops.hint_channel.remote_id is 'The service''s own name for it: Toggl''s subscription id, Google''s resource id.';
comment on column ops.hint_channel.confirmed_at is 'When the service first reached us over it.';

alter table ops.hint_channel enable row level security;
create policy own on ops.hint_channel for select to lifetracer_app
using (account_id = (select app.current_account_id()));
grant select (account_id, channel_id, connection_id, source, topic, address, opened_at, expires_at, confirmed_at, last_heard_at)
on ops.hint_channel to lifetracer_app;
