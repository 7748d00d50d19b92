-- What a person lets a language model see, and the letters that were sent to it.

create table app.language_model_choice (
    account_id uuid primary key references app.account on delete cascade,
    level text not null check (level in ('nothing', 'totals', 'texts')),
    chosen_at timestamptz not null default now()
);
comment on table app.language_model_choice is 'What a language model may see of a person; without a row it sees nothing. One row per account.';
comment on column app.language_model_choice.level is 'nothing; totals: names of categories and targets, and sums; texts: also titles of plans and what the person writes to it.';

create table app.letter (
    account_id uuid not null references app.account on delete cascade,
    letter_id uuid not null default gen_random_uuid(),
    sent_at timestamptz not null default clock_timestamp(),
    purpose text not null check (purpose in ('review', 'intent')),
    subject text not null,
    language text not null check (language in ('en', 'ja')),
    endpoint text not null,
    model text not null,
    level text not null check (level in ('totals', 'texts')),
    sent jsonb not null,
    digest text not null,
    answer text,
    outcome text not null default 'waiting' check (outcome in ('waiting', 'answered', 'used', 'refused', 'failed')),
    note text,
    primary key (account_id, letter_id)
);
create index letter_latest on app.letter (account_id, sent_at desc);
comment on table app.letter is 'Texts that were sent to a language model, word by word, with the answers; the latest 200. One row per account and letter.';
comment on column app.letter.purpose is 'review: to word a week''s review; intent: to read a wish that was not understood.';
comment on column app.letter.subject is 'The week that it is about, such as 2026-W47; empty for an intent.';
comment on column app.letter.level is 'What the person let it see then.';
comment on column app.letter.sent is 'The messages, exactly as sent: [{"role", "content"}].';
comment on column app.letter.digest is 'SHA-256 of the messages; with other facts it is another letter.';
comment on column app.letter.outcome is 'waiting; answered; used; refused: the answer did not pass the check; failed: there was no answer.';
comment on column app.letter.note is 'Why it was refused or failed.';

create trigger keep_revision after insert or update or delete on app.language_model_choice
for each row execute function app.keep_revision('account_id');

alter table app.language_model_choice enable row level security;
alter table app.letter enable row level security;
create policy own on app.language_model_choice for all to lifetracer_app, authenticated
using (account_id = (select app.current_account_id()))
with check (account_id = (select app.current_account_id()));
create policy own on app.letter for all to lifetracer_app, authenticated
using (account_id = (select app.current_account_id()))
with check (account_id = (select app.current_account_id()));
grant select, insert, update, delete on app.language_model_choice, app.letter to lifetracer_app, authenticated;
