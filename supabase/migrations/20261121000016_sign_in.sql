-- Signing in: who may, how they prove it, and which browsers are signed in. Everything lies here, so that any server
-- of the installation can answer any request. What is a secret lies hashed, or encrypted by the vault.

create table app.person (
    account_id uuid primary key references app.account on delete cascade,
    sign_in_name text not null check (length(sign_in_name) between 1 and 200),
    is_operator boolean not null default false,
    password_hash text,
    password_changed_at timestamptz,
    totp_secret text,
    totp_since timestamptz,
    totp_step bigint not null default 0,
    created_at timestamptz not null default now()
);
create unique index person_sign_in_name on app.person (lower(sign_in_name));
comment on table app.person is 'Who can sign in to the console. One row per account that has a person behind it.';
comment on column app.person.is_operator is 'May invite and remove people; sees nobody''s time but their own.';
comment on column app.person.password_hash is 'Argon2id; null where only other services vouch for the person.';
comment on column app.person.totp_secret is 'Of the second factor, encrypted by the vault; it counts from totp_since on.';
comment on column app.person.totp_step is 'The last half minute whose code was used: a code works once.';

create table app.identity (
    account_id uuid not null references app.person on delete cascade,
    issuer text not null,
    subject text not null,
    label text not null default '',
    created_at timestamptz not null default now(),
    last_used_at timestamptz,
    primary key (account_id, issuer, subject),
    unique (issuer, subject)
);
comment on table app.identity is 'Accounts elsewhere that vouch for a person: OpenID Connect, Supabase Auth. One row per account, issuer and subject.';
comment on column app.identity.label is 'What people recognise it by, such as an e-mail address; nothing is ever decided by it.';

create table app.recovery_code (
    account_id uuid not null references app.person on delete cascade,
    code_hash bytea not null,
    used_at timestamptz,
    primary key (account_id, code_hash)
);
comment on table app.recovery_code is 'Codes that stand in once for a lost second factor. One row per account and code.';

create table app.session (
    account_id uuid not null references app.account on delete cascade,
    session_id uuid not null default gen_random_uuid(),
    session_hash bytea not null,
    how text not null check (how in ('password', 'oidc', 'supabase', 'token')),
    proof bytea,
    upstream text,
    upstream_until timestamptz,
    user_agent text not null default '',
    ip text,
    created_at timestamptz not null default now(),
    last_seen_at timestamptz not null default now(),
    confirmed_at timestamptz not null default now(),
    expires_at timestamptz not null,
    primary key (account_id, session_id)
);
create unique index session_hash on app.session (session_hash);
create index session_end on app.session (expires_at);
comment on table app.session is 'Browsers that are signed in. One row per account and session.';
comment on column app.session.session_hash is 'SHA-256 of the cookie (256 random bits), which is kept nowhere.';
comment on column app.session.how is 'By which proof it was opened: a password, another service, or the installation''s access token.';
comment on column app.session.proof is 'Of the access token with which it was opened: the session ends when that token is changed.';
comment on column app.session.upstream is 'Supabase''s refresh token, encrypted: the session ends when the project no longer renews it.';
comment on column app.session.upstream_until is 'When it is to be renewed next.';
comment on column app.session.confirmed_at is 'When the person last proved who they are; changes of security ask for it anew after a while.';

create table app.invitation (
    account_id uuid not null references app.account on delete cascade,
    invitation_id uuid not null default gen_random_uuid(),
    kind text not null check (kind in ('owner', 'person', 'return')),
    name text not null default '' check (length(name) <= 200),
    token_hash bytea not null,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    used_at timestamptz,
    primary key (account_id, invitation_id)
);
create unique index invitation_token on app.invitation (token_hash);
comment on table app.invitation is 'Links and codes by which somebody comes in once. One row per account and invitation.';
comment on column app.invitation.account_id is 'Who invited; for the kinds owner and return, the account that it opens.';
comment on column app.invitation.kind is 'owner: the set-up code of a new installation; person: makes a new account; return: a new password, made on the command line only.';

-- Belong to nobody: they count and wait before anyone is known.
create table ops.sign_in_failure (
    bucket text primary key,
    failures integer not null,
    last_at timestamptz not null default now(),
    locked_until timestamptz
);
comment on table ops.sign_in_failure is 'Failed sign-ins in a row, over all servers. One row per bucket.';
comment on column ops.sign_in_failure.bucket is 'A hash of what is counted: a name from an address, a name, a known browser, a second factor.';

create table ops.round_trip (
    state_hash bytea primary key,
    browser bytea not null,
    details text not null,
    expires_at timestamptz not null
);
comment on table ops.round_trip is 'Browsers that were sent to another service''s sign-in or consent page. One row per state.';
comment on column ops.round_trip.browser is 'Hash of the cookie of the browser that began; no other one may end it.';
comment on column ops.round_trip.details is 'What is needed when it comes back (verifier, nonce, where to go on), encrypted.';

create function app.acts_as_operator() returns boolean
language sql stable security definer set search_path = ''
as $$
    select exists (
        select from app.person as p
        where p.is_operator
            and p.account_id = nullif(current_setting('lifetracer.account_id', true), '')::uuid
    )
$$;
comment on function app.acts_as_operator is 'Whether the current account is an operator''s.';

-- What an operator learns of the others: that they are there. Called by anybody else it refuses.
create function app.people() returns table (
    account_id uuid, name text, sign_in_name text, is_operator boolean, has_second_factor boolean,
    created_at timestamptz, last_seen_at timestamptz
)
language plpgsql stable security definer set search_path = ''
as $$
begin
    if not app.acts_as_operator() then
        raise exception 'only an operator may list people' using errcode = 'insufficient_privilege';
    end if;
    return query
    select p.account_id, a.name, p.sign_in_name, p.is_operator, p.totp_since is not null, p.created_at,
        (select max(s.last_seen_at) from app.session as s where s.account_id = p.account_id)
    from app.person as p
    join app.account as a on a.account_id = p.account_id
    order by p.created_at, p.sign_in_name;
end
$$;
comment on function app.people is 'List who can sign in; for operators.';

-- Ends the access of a person: sessions, identities, tokens, schedules. Their data stays, for them alone.
create function app.dismiss_person(p_account uuid) returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
    gone boolean;
begin
    if not app.acts_as_operator() then
        raise exception 'only an operator may remove people' using errcode = 'insufficient_privilege';
    end if;
    if p_account = nullif(current_setting('lifetracer.account_id', true), '')::uuid then
        raise exception 'nobody removes themselves' using errcode = 'insufficient_privilege';
    end if;
    delete from app.person as p where p.account_id = p_account;
    gone := found;
    if gone then
        delete from app.session as s where s.account_id = p_account;
        update app.api_token as t set revoked_at = now() where t.account_id = p_account and t.revoked_at is null;
        update app.schedule as s set enabled = false where s.account_id = p_account;
        update app.invitation as i set expires_at = now() where i.account_id = p_account and i.used_at is null;
    end if;
    return gone;
end
$$;
comment on function app.dismiss_person is 'Remove a person: they can no longer come in, and nothing runs for them; for operators.';

revoke all on function app.acts_as_operator() from public;
revoke all on function app.people() from public;
revoke all on function app.dismiss_person(uuid) from public;
grant execute on function app.acts_as_operator(), app.people(), app.dismiss_person(uuid) to lifetracer_app;

alter table app.person enable row level security;
alter table app.identity enable row level security;
alter table app.recovery_code enable row level security;
alter table app.session enable row level security;
alter table app.invitation enable row level security;
alter table ops.sign_in_failure enable row level security;
alter table ops.round_trip enable row level security;

create policy own on app.person for all to lifetracer_app
using (account_id = (select app.current_account_id()))
with check (account_id = (select app.current_account_id()));
create policy own on app.identity for all to lifetracer_app
using (account_id = (select app.current_account_id()))
with check (account_id = (select app.current_account_id()));
create policy own on app.recovery_code for all to lifetracer_app
using (account_id = (select app.current_account_id()))
with check (account_id = (select app.current_account_id()));
create policy own on app.session for all to lifetracer_app
using (account_id = (select app.current_account_id()))
with check (account_id = (select app.current_account_id()));
create policy own on app.invitation for all to lifetracer_app
using (account_id = (select app.current_account_id()))
with check (
    account_id = (select app.current_account_id()) and kind = 'person' and (select app.acts_as_operator())
);

-- Hashes and secrets are written and never read by those who act for a person; who is an operator they cannot change.
grant select (account_id, sign_in_name, is_operator, password_changed_at, totp_since, created_at),
update (sign_in_name, password_hash, password_changed_at, totp_secret, totp_since) on app.person to lifetracer_app;
grant select, delete, insert (account_id, issuer, subject, label) on app.identity to lifetracer_app;
grant select (account_id, used_at), delete, insert (account_id, code_hash) on app.recovery_code to lifetracer_app;
grant select (account_id, session_id, how, user_agent, ip, created_at, last_seen_at, confirmed_at, expires_at),
delete on app.session to lifetracer_app;
grant select (account_id, invitation_id, kind, name, created_at, expires_at, used_at),
insert (account_id, kind, name, token_hash, expires_at), delete on app.invitation to lifetracer_app;
