-- The API's doors: tokens, who did what, answers that are remembered, and how often somebody came.

create table app.api_token (
    account_id uuid not null references app.account on delete cascade,
    token_id uuid not null default gen_random_uuid(),
    name text not null check (length(name) between 1 and 100),
    token_hash bytea not null,
    scopes text[] not null
    check (scopes <@ array['jobs:read', 'jobs:write', 'data:read', 'data:write', 'admin'] and cardinality(scopes) > 0),
    created_at timestamptz not null default now(),
    expires_at timestamptz,
    last_used_at timestamptz,
    revoked_at timestamptz,
    primary key (account_id, token_id)
);
create unique index api_token_hash on app.api_token (token_hash);
comment on table app.api_token is 'Tokens by which programs use the API for an account. One row per account and token.';
comment on column app.api_token.token_hash is 'SHA-256 of the token; the token itself (256 random bits) is shown once and kept nowhere.';
comment on column app.api_token.expires_at is 'From then on it is refused; null never.';
comment on column app.api_token.last_used_at is 'To the minute.';

create table ops.audit (
    account_id uuid not null references app.account on delete cascade,
    audit_id bigint generated always as identity,
    at timestamptz not null default now(),
    who text not null,
    ip text,
    action text not null,
    subject text not null default '',
    details jsonb not null default '{}',
    primary key (account_id, audit_id)
);
create index audit_at on ops.audit (at);
comment on table ops.audit is 'Who changed or started what through the API, the console or the command line. One row per account and change.';
comment on column ops.audit.who is 'The token''s name, "browser", "this machine" or "command line".';
comment on column ops.audit.details is 'Facts such as the request''s id; never a secret.';

create table ops.idempotency (
    account_id uuid not null references app.account on delete cascade,
    key text not null check (length(key) between 1 and 200),
    request_hash bytea not null,
    status smallint not null,
    headers jsonb not null default '{}',
    body jsonb,
    created_at timestamptz not null default now(),
    primary key (account_id, key)
);
create index idempotency_age on ops.idempotency (created_at);
comment on table ops.idempotency is 'Answers to requests that carried an Idempotency-Key, kept for a day. One row per account and key.';

-- Counts of the present minutes only: losing them in a crash harms nobody.
create unlogged table ops.rate (
    window_number bigint not null,
    bucket text not null,
    hits bigint not null,
    primary key (window_number, bucket)
);
comment on table ops.rate is 'How often somebody came in a minute, over all servers. One row per minute and bucket.';
comment on column ops.rate.window_number is 'Minutes since 1970.';
comment on column ops.rate.bucket is 'token:…, session:… or ip:…, and wrong:… for tokens that were refused.';

alter table app.api_token enable row level security;
alter table ops.audit enable row level security;
alter table ops.idempotency enable row level security;
alter table ops.rate enable row level security;
create policy own on app.api_token for all to lifetracer_app, authenticated
using (account_id = (select app.current_account_id()))
with check (account_id = (select app.current_account_id()));
create policy own on ops.audit for all to lifetracer_app
using (account_id = (select app.current_account_id()))
with check (account_id = (select app.current_account_id()));
create policy own on ops.idempotency for all to lifetracer_app
using (account_id = (select app.current_account_id()))
with check (account_id = (select app.current_account_id()));

-- The hash is written and never read by those who act for a person.
grant select (account_id, token_id, name, scopes, created_at, expires_at, last_used_at, revoked_at),
insert (account_id, name, token_hash, scopes, expires_at), update (revoked_at)
on app.api_token to lifetracer_app, authenticated;
grant select, insert (account_id, who, ip, action, subject, details) on ops.audit to lifetracer_app;
grant select, delete, insert (account_id, key, request_hash, status, headers, body) on ops.idempotency to lifetracer_app;
