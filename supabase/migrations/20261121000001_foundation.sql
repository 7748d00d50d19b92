-- Schemas, roles, accounts and the rule that decides whose rows a session sees.
-- Plain SQL for PostgreSQL 15 and newer, no extension, forward only.

create schema if not exists raw;
create schema if not exists staging;
create schema if not exists core;
create schema if not exists marts;
create schema if not exists app;
create schema if not exists ops;

comment on schema raw is 'What the services sent, as received.';
comment on schema staging is 'dbt views: typed and cleaned, one per raw table.';
comment on schema core is 'dbt: facts and dimensions, service names gone.';
comment on schema marts is 'What is shown. Console, PDF, Grafana, API and assistants read only this.';
comment on schema app is 'What people enter: accounts, connections, credentials, categories.';
comment on schema ops is 'How the machine runs: jobs, cursors, quotas, logs.';

-- Roles are shared by a whole server, so they may be there already.
do $$
declare
    name text;
begin
    foreach name in array array['lifetracer_app', 'lifetracer_reader', 'anon', 'authenticated', 'service_role'] loop
        if not exists (select from pg_catalog.pg_roles where rolname = name) then
            begin
                execute format('create role %I nologin', name);
            exception when duplicate_object then null;  -- another database of this server was quicker
            end;
        end if;
    end loop;
    -- The server acts for a person by `set local role lifetracer_app`.
    if not pg_catalog.pg_has_role(current_user, 'lifetracer_app', 'member')
       or not (select rolsuper from pg_catalog.pg_roles where rolname = current_user) then
        execute format('grant lifetracer_app to %I', current_user);
    end if;
end
$$;

create table app.account (
    account_id uuid primary key default gen_random_uuid(),
    name text not null,
    time_zone text not null default 'UTC',
    language text not null default 'en' check (language in ('en', 'ja')),
    week_start smallint not null default 1 check (week_start between 0 and 6),
    created_at timestamptz not null default now()
);
comment on table app.account is 'A person whose time is kept here. With Supabase Auth the id is the user''s id. One row per account.';
comment on column app.account.time_zone is 'IANA zone that decides where a day begins.';
comment on column app.account.week_start is 'First day of the week: 0 Sunday … 6 Saturday (as Toggl counts).';

create table app.connection (
    account_id uuid not null references app.account on delete cascade,
    connection_id uuid not null default gen_random_uuid(),
    source text not null,
    name text not null,
    settings jsonb not null default '{}',
    status text not null default 'active' check (status in ('active', 'paused', 'needs_user')),
    problem jsonb,
    external_user text,
    created_at timestamptz not null default now(),
    last_success_at timestamptz,
    last_change_at timestamptz,
    primary key (account_id, connection_id),
    unique (connection_id),
    unique (account_id, source, name)
);
comment on table app.connection is 'One access to one service. One row per account and connection.';
comment on column app.connection.settings is 'What the source keeps about the access and is no secret: user id, calendars, zone.';
comment on column app.connection.problem is 'Why status is needs_user: {kind, message, remedy}.';
comment on column app.connection.external_user is 'The service''s id of the user; a credential of another user is refused.';
comment on column app.connection.last_change_at is 'When a sync last brought a change (the staleness alarm looks at it).';

create table app.credential (
    account_id uuid not null,
    connection_id uuid not null,
    secret text not null,
    updated_at timestamptz not null default now(),
    primary key (account_id, connection_id),
    foreign key (account_id, connection_id) references app.connection on delete cascade
);
comment on table app.credential is 'Encrypted credentials (Fernet). Only the owner role reads it. One row per connection.';

create table app.reader_role (
    role_name name primary key,
    account_id uuid not null references app.account on delete cascade,
    created_at timestamptz not null default now()
);
comment on table app.reader_role is 'Database logins for people who write SQL, each bound to one account. One row per login.';

-- A setting is no boundary for someone who can type SET, so readers are bound by their login.
create function app.reader_account_id() returns uuid
language sql stable security definer set search_path = ''
as $$
    select account_id from app.reader_role where role_name = session_user
$$;

create function app.current_account_id() returns uuid
language plpgsql stable security invoker set search_path = ''
as $$
begin
    if current_user = 'lifetracer_app' then
        return nullif(current_setting('lifetracer.account_id', true), '')::uuid;
    elsif current_user = 'authenticated' then
        return (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid;
    end if;
    return app.reader_account_id();
end
$$;
comment on function app.current_account_id() is 'Whose rows this session may see; null sees nothing.';

revoke all on function app.reader_account_id() from public;
revoke all on function app.current_account_id() from public;
grant execute on function app.reader_account_id(), app.current_account_id()
to lifetracer_app, lifetracer_reader, authenticated;

grant usage on schema app to lifetracer_app, lifetracer_reader, authenticated;
grant usage on schema raw, core, marts, ops to lifetracer_app;
grant usage on schema core, marts to lifetracer_reader, authenticated;

alter table app.account enable row level security;
alter table app.connection enable row level security;
alter table app.credential enable row level security;
alter table app.reader_role enable row level security;

create policy own on app.account for all to lifetracer_app, authenticated
using (account_id = (select app.current_account_id()))
with check (account_id = (select app.current_account_id()));
create policy own on app.connection for all to lifetracer_app, authenticated
using (account_id = (select app.current_account_id()))
with check (account_id = (select app.current_account_id()));

grant select on app.account, app.connection to lifetracer_app, authenticated;
grant update (name, time_zone, language, week_start) on app.account to lifetracer_app, authenticated;
grant update (name, settings, status) on app.connection to lifetracer_app, authenticated;
