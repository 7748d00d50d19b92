-- What a person wishes, when they are away, how bold proposals may be, and the targets that were proposed to them.

create table app.intent (
    account_id uuid not null references app.account on delete cascade,
    intent_id uuid not null default gen_random_uuid(),
    name text not null check (btrim(name) <> '' and length(name) <= 200),
    sentence text check (length(sentence) <= 500),
    subject text not null check (subject in ('category', 'project', 'tag', 'text', 'all')),
    subject_value text check (length(subject_value) <= 500),
    measure text not null check (measure in ('duration', 'count', 'start_time', 'end_time', 'share')),
    period text not null check (period in ('day', 'week', 'month')),
    comparison text not null check (comparison in ('at_least', 'at_most', 'between', 'exactly')),
    low numeric check (low >= 0),
    high numeric check (high >= 0),
    weekdays integer[] check (cardinality(weekdays) > 0 and weekdays <@ array[1, 2, 3, 4, 5, 6, 7]),
    priority integer not null default 0,
    valid_from date not null,
    valid_to date,
    created_at timestamptz not null default now(),
    primary key (account_id, intent_id, valid_from),
    constraint intent_subject check ((subject = 'all') = (subject_value is null) and btrim(subject_value) is distinct from ''),
    constraint intent_bounds check (
        case comparison
            when 'at_least' then low is not null and high is null
            when 'at_most' then low is null and high is not null
            when 'between' then low is not null and high is not null and low <= high
            else low is not null and high is not null and low = high
        end
    ),
    constraint intent_unit check (
        case measure
            when 'share' then coalesce(low, 0) <= 1 and coalesce(high, 0) <= 1
            when 'start_time' then coalesce(low, 0) <= 86400 and coalesce(high, 0) <= 86400
            when 'end_time' then coalesce(low, 0) <= 86400 and coalesce(high, 0) <= 86400
            else coalesce(low, 0) = trunc(coalesce(low, 0)) and coalesce(high, 0) = trunc(coalesce(high, 0))
        end
    ),
    constraint intent_dates check (valid_to >= valid_from)
);
comment on table app.intent is 'What a person wishes of each day, week or month, in the vocabulary of targets. A changed intent gets a further row, so that the past keeps its wish. One row per account, intent and day from which it is so.';
comment on column app.intent.sentence is 'As the person said it; null: it was entered field by field.';
comment on column app.intent.subject is 'What is wished about: a category with those beneath it, a project, a tag, entries whose description contains a text, or everything.';
comment on column app.intent.subject_value is 'Id or name of the category, key or name of the project, the tag or the text.';
comment on column app.intent.measure is 'duration: lived seconds; count: entries begun; start_time, end_time: first start and last end of a day; share: part of all tracked time.';
comment on column app.intent.low is 'Seconds, entries, seconds after midnight, or a share from 0 to 1.';
comment on column app.intent.high is 'Likewise; with exactly it equals low.';
comment on column app.intent.weekdays is 'ISO days (1 Monday … 7 Sunday) that count; null: all.';
comment on column app.intent.priority is 'The higher goes first where not all wishes have room.';
comment on column app.intent.valid_from is 'Periods that begin on this day or later are wished for so.';
comment on column app.intent.valid_to is 'Periods that begin on this day or later are not; null: it goes on.';

create table app.vacation (
    account_id uuid not null references app.account on delete cascade,
    vacation_id uuid not null default gen_random_uuid(),
    name text not null check (btrim(name) <> '' and length(name) <= 200),
    begins_on date not null,
    ends_on date not null,
    created_at timestamptz not null default now(),
    primary key (account_id, vacation_id),
    constraint vacation_dates check (ends_on > begins_on)
);
comment on table app.vacation is 'Days on which intents rest: nothing is proposed for them. One row per account and vacation.';
comment on column app.vacation.begins_on is 'First day away.';
comment on column app.vacation.ends_on is 'First day that is none of it any more.';

create table app.adjuster_setting (
    account_id uuid primary key references app.account on delete cascade,
    probability numeric(3, 2) not null default 0.65 check (probability between 0.10 and 0.90),
    carry_over boolean not null default false,
    sleep_seconds integer not null default 28800 check (sleep_seconds between 0 and 57600),
    reserve_seconds integer not null default 7200 check (reserve_seconds between 0 and 64800),
    changed_at timestamptz not null default now()
);
comment on table app.adjuster_setting is 'How bold the proposals to a person may be; without a row the defaults hold. One row per account.';
comment on column app.adjuster_setting.probability is 'Chance with which a proposed target is to be reached; the lower, the more ambitious.';
comment on column app.adjuster_setting.carry_over is 'Whether what an agreed target fell short of is wished for in the next period as well.';
comment on column app.adjuster_setting.sleep_seconds is 'Sleep of a day that is kept free while no category of the kind sleep tells how much it is.';
comment on column app.adjuster_setting.reserve_seconds is 'Time of a day that no target may take: meals, ways, breaks.';

create table core.target_proposal (
    account_id uuid not null references app.account on delete cascade,
    proposal_id uuid not null,
    intent_id uuid not null,
    period text not null check (period in ('day', 'week', 'month')),
    period_start date not null,
    period_end date not null,
    measure text not null check (measure in ('duration', 'count', 'start_time', 'end_time', 'share')),
    comparison text not null check (comparison in ('at_least', 'at_most', 'between', 'exactly')),
    low numeric,
    high numeric,
    wished_comparison text not null check (wished_comparison in ('at_least', 'at_most', 'between', 'exactly')),
    wished_low numeric,
    wished_high numeric,
    chosen_probability numeric not null check (chosen_probability between 0 and 1),
    probability numeric not null check (probability between 0 and 1),
    probability_wished numeric not null check (probability_wished between 0 and 1),
    lived numeric,
    likely jsonb not null,
    reasons jsonb not null,
    status text not null default 'proposed' check (status in ('proposed', 'accepted', 'edited', 'rejected', 'superseded')),
    decided_at timestamptz,
    decided_low numeric,
    decided_high numeric,
    target_id uuid,
    made_at timestamptz not null,
    primary key (account_id, proposal_id),
    constraint proposal_dates check (period_end > period_start),
    constraint proposal_decision check (
        case when status in ('proposed', 'superseded')
            then decided_at is null and target_id is null
            else decided_at is not null and (target_id is not null) = (status <> 'rejected')
        end
    )
);
comment on table core.target_proposal is 'Targets that were proposed: wishes made achievable, and what the person said to it. One row per account and proposal.';
comment on column core.target_proposal.intent_id is 'The wish it was made of.';
comment on column core.target_proposal.period_start is 'First day of the period; weeks begin on Monday.';
comment on column core.target_proposal.period_end is 'Day after its last.';
comment on column core.target_proposal.comparison is 'How the proposal is bounded; what was wished exactly is proposed as a range.';
comment on column core.target_proposal.low is 'Proposed lower bound in seconds, entries, seconds after midnight, or share.';
comment on column core.target_proposal.high is 'Proposed upper bound likewise.';
comment on column core.target_proposal.wished_comparison is 'How the wish is bounded.';
comment on column core.target_proposal.wished_low is 'Wished lower bound; after vacations and carry-over, which the reasons name.';
comment on column core.target_proposal.wished_high is 'Wished upper bound likewise.';
comment on column core.target_proposal.chosen_probability is 'Chance that was asked for.';
comment on column core.target_proposal.probability is 'Chance of reaching the proposal, as things go.';
comment on column core.target_proposal.probability_wished is 'Chance of reaching the wish, as things go.';
comment on column core.target_proposal.lived is 'What was reached in the period when the proposal was made; null: nothing to measure yet.';
comment on column core.target_proposal.likely is 'What is likely: quantiles p10 to p90 of the whole period, where they come from, the last periods, the room.';
comment on column core.target_proposal.reasons is 'Why it is so: codes with their numbers, the most important first.';
comment on column core.target_proposal.status is 'proposed: undecided; accepted, edited: a target was made of it; rejected; superseded: a later proposal took its place.';
comment on column core.target_proposal.decided_low is 'Lower bound that was agreed on.';
comment on column core.target_proposal.decided_high is 'Upper bound likewise.';
comment on column core.target_proposal.target_id is 'The target that was made of it.';
create unique index target_proposal_open on core.target_proposal (account_id, intent_id, period_start, period)
where status = 'proposed';
create index target_proposal_period on core.target_proposal (account_id, intent_id, period_start);

create trigger keep_revision after insert or update or delete on app.intent
for each row execute function app.keep_revision('intent_id');
create trigger keep_revision after insert or update or delete on app.vacation
for each row execute function app.keep_revision('vacation_id');
create trigger keep_revision after insert or update or delete on app.adjuster_setting
for each row execute function app.keep_revision('account_id');

alter table app.intent enable row level security;
alter table app.vacation enable row level security;
alter table app.adjuster_setting enable row level security;
alter table core.target_proposal enable row level security;
create policy own on app.intent for all to lifetracer_app, authenticated
using (account_id = (select app.current_account_id()))
with check (account_id = (select app.current_account_id()));
create policy own on app.vacation for all to lifetracer_app, authenticated
using (account_id = (select app.current_account_id()))
with check (account_id = (select app.current_account_id()));
create policy own on app.adjuster_setting for all to lifetracer_app, authenticated
using (account_id = (select app.current_account_id()))
with check (account_id = (select app.current_account_id()));
create policy own on core.target_proposal for select to lifetracer_app, lifetracer_reader, authenticated
using (account_id = (select app.current_account_id()));
create policy decide on core.target_proposal for update to lifetracer_app, authenticated
using (account_id = (select app.current_account_id()))
with check (account_id = (select app.current_account_id()));
create policy propose on core.target_proposal for insert to lifetracer_app, authenticated
with check (account_id = (select app.current_account_id()));
grant select, insert, update, delete on app.intent, app.vacation, app.adjuster_setting to lifetracer_app, authenticated;
grant select on core.target_proposal to lifetracer_app, lifetracer_reader, authenticated;
grant insert on core.target_proposal to lifetracer_app;
grant update (status, decided_at, decided_low, decided_high, target_id) on core.target_proposal to lifetracer_app, authenticated;
