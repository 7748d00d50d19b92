-- What kind of day it is, what a person is aiming at, and what an hour costs: holidays, corrections, targets, rates.

alter table app.account add column country text check (country ~ '^[A-Z]{2}$');
comment on column app.account.country is 'ISO 3166 country whose public holidays apply; null: the one its time zone lies in.';
grant update (country) on app.account to lifetracer_app, authenticated;

-- Two calendars that belong to nobody; the transform fills them from libraries.
create table core.zone_country (
    time_zone text primary key,
    country text not null check (country ~ '^[A-Z]{2}$')
);
comment on table core.zone_country is 'The country that a time zone lies in (Unicode CLDR), where public holidays are known. One row per time zone.';
comment on column core.zone_country.time_zone is 'IANA name.';
comment on column core.zone_country.country is 'ISO 3166 code.';

create table core.holiday (
    country text not null check (country ~ '^[A-Z]{2}$'),
    local_date date not null,
    name text not null,
    name_en text not null,
    primary key (country, local_date)
);
comment on table core.holiday is 'Public holidays of whole countries, substitute days included. One row per country and date.';
comment on column core.holiday.name is 'In the country''s own language; several on one day are parted by a semicolon.';
comment on column core.holiday.name_en is 'In English, where that is known, else as in the country.';

create table app.day_type (
    account_id uuid not null references app.account on delete cascade,
    local_date date not null,
    day_type text not null check (day_type in ('work', 'study', 'rest', 'travel', 'holiday')),
    set_at timestamptz not null default now(),
    primary key (account_id, local_date)
);
comment on table app.day_type is 'What kind of day it was, said by the person; it overrules what is derived. One row per account and corrected day.';

create table app.rate (
    account_id uuid not null references app.account on delete cascade,
    rate_id uuid not null default gen_random_uuid(),
    client_name text check (btrim(client_name) <> ''),
    project_name text check (btrim(project_name) <> ''),
    hourly_amount numeric(12, 2) not null check (hourly_amount >= 0),
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    valid_from date not null default '2000-01-01',
    primary key (account_id, rate_id),
    constraint rate_subject unique nulls not distinct (account_id, client_name, project_name, valid_from)
);
comment on table app.rate is 'What a billable hour costs; the most specific rate wins, and of several the latest that is valid. One row per account and rate.';
comment on column app.rate.client_name is 'Only for this client; null: for any.';
comment on column app.rate.project_name is 'Only for projects of this name; null: for any.';
comment on column app.rate.currency is 'ISO 4217 code.';
comment on column app.rate.valid_from is 'First day it applies to, until a later one for the same does.';

create table app.target (
    account_id uuid not null references app.account on delete cascade,
    target_id uuid not null default gen_random_uuid(),
    name text not null check (btrim(name) <> '' and length(name) <= 200),
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
    made_by text not null default 'person' check (made_by in ('person', 'adjuster')),
    created_at timestamptz not null default now(),
    primary key (account_id, target_id, valid_from),
    constraint target_subject check ((subject = 'all') = (subject_value is null) and btrim(subject_value) is distinct from ''),
    constraint target_bounds check (
        case comparison
            when 'at_least' then low is not null and high is null
            when 'at_most' then low is null and high is not null
            when 'between' then low is not null and high is not null and low <= high
            else low is not null and high is not null and low = high
        end
    ),
    constraint target_unit check (
        case measure
            when 'share' then coalesce(low, 0) <= 1 and coalesce(high, 0) <= 1
            when 'start_time' then coalesce(low, 0) <= 86400 and coalesce(high, 0) <= 86400
            when 'end_time' then coalesce(low, 0) <= 86400 and coalesce(high, 0) <= 86400
            else coalesce(low, 0) = trunc(coalesce(low, 0)) and coalesce(high, 0) = trunc(coalesce(high, 0))
        end
    ),
    constraint target_dates check (valid_to >= valid_from)
);
comment on table app.target is 'What a person wants of each day, week or month. A changed target gets a further row, so that the past keeps its measure. One row per account, target and day from which it is so.';
comment on column app.target.subject is 'What is measured: a category with those beneath it, a project, a tag, entries whose description contains a text, or everything.';
comment on column app.target.subject_value is 'Id or name of the category, key or name of the project, the tag or the text.';
comment on column app.target.measure is 'duration: lived seconds; count: entries begun; start_time, end_time: first start and last end of a day; share: part of all tracked time.';
comment on column app.target.low is 'Seconds, entries, seconds after midnight, or a share from 0 to 1.';
comment on column app.target.high is 'Likewise; with exactly it equals low.';
comment on column app.target.weekdays is 'ISO days (1 Monday … 7 Sunday) that count; null: all.';
comment on column app.target.priority is 'The higher goes first where not all targets can be met.';
comment on column app.target.valid_from is 'Periods that begin on this day or later are measured so.';
comment on column app.target.valid_to is 'Periods that begin on this day or later are not; null: it goes on.';

create trigger keep_revision after insert or update or delete on app.day_type
for each row execute function app.keep_revision('local_date');
create trigger keep_revision after insert or update or delete on app.rate
for each row execute function app.keep_revision('rate_id');
create trigger keep_revision after insert or update or delete on app.target
for each row execute function app.keep_revision('target_id');

alter table core.zone_country enable row level security;
alter table core.holiday enable row level security;
alter table app.day_type enable row level security;
alter table app.rate enable row level security;
alter table app.target enable row level security;
create policy everybodys on core.zone_country for select to lifetracer_app, lifetracer_reader, authenticated using (true);
create policy everybodys on core.holiday for select to lifetracer_app, lifetracer_reader, authenticated using (true);
create policy own on app.day_type for all to lifetracer_app, authenticated
using (account_id = (select app.current_account_id()))
with check (account_id = (select app.current_account_id()));
create policy own on app.rate for all to lifetracer_app, authenticated
using (account_id = (select app.current_account_id()))
with check (account_id = (select app.current_account_id()));
create policy own on app.target for all to lifetracer_app, authenticated
using (account_id = (select app.current_account_id()))
with check (account_id = (select app.current_account_id()));
grant select on core.zone_country, core.holiday to lifetracer_app, lifetracer_reader, authenticated;
grant select, insert, update, delete on app.day_type, app.rate, app.target to lifetracer_app, authenticated;
