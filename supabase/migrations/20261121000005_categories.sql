-- Categories: the shared axis of plan and actual, the rules that lead to them, and every former version of both.

-- One text for all its ways of writing: full and half width, upper and lower case. Plain ASCII needs no look-up.
create function app.fold(text text) returns text
language sql immutable parallel safe
return lower(case when octet_length(text) = char_length(text) then text else normalize(text, nfkc) end);
comment on function app.fold(text) is 'A text without the differences of case and of full and half width (Unicode NFKC).';

-- A full-width parenthesis in a regular expression means itself; only a plain one groups.
create function app.fold_expression(expression text) returns text
language sql immutable parallel safe
return normalize(regexp_replace(expression, '([（）［］｛｝．＊＋？＾＄｜＼])', '\\\1', 'g'), nfkc);
comment on function app.fold_expression(text) is 'A regular expression that fits folded texts.';

create function app.name_key(name text) returns text
language sql immutable parallel safe
return btrim(regexp_replace(app.fold(name), '[\s!-/:-@\[-`{-~　、。・：「」『』（）【】｜–—]+', ' ', 'g'));
comment on function app.name_key(text) is 'A name without case, width, punctuation and double spaces.';

create function app.category_id(name text) returns text
language sql immutable parallel safe
return md5(coalesce(nullif(app.name_key(name), ''), name));
comment on function app.category_id(text) is 'The category that a name stands for; one of nothing but punctuation is its own key.';

grant execute on function app.fold(text), app.fold_expression(text), app.name_key(text), app.category_id(text)
to lifetracer_app, lifetracer_reader, authenticated;

create table app.category (
    account_id uuid not null references app.account on delete cascade,
    category_id text not null check (length(category_id) between 1 and 64),
    name text not null check (btrim(name) <> '' and length(name) <= 200),
    parent_id text,
    color text check (color ~ '^#[0-9a-f]{6}$'),
    kind text check (
        kind in ('work', 'study', 'sleep', 'exercise', 'travel', 'household', 'social', 'leisure', 'care', 'other')
    ),
    is_archived boolean not null default false,
    position integer not null default 0,
    primary key (account_id, category_id),
    foreign key (account_id, parent_id) references app.category (account_id, category_id)
);
create unique index category_name on app.category (account_id, app.category_id(name));
create index category_parent on app.category (account_id, parent_id);
comment on table app.category is 'Categories as a person wants them; those that projects and calendars bring need no row. One row per account and category.';
comment on column app.category.category_id is 'app.category_id() of the name at creation; a row of a derived category''s id overrides it.';
comment on column app.category.name is 'Name as shown.';
comment on column app.category.parent_id is 'Category it belongs to.';
comment on column app.category.color is '#rrggbb; null: the project''s, the calendar''s, or one by hash.';
comment on column app.category.kind is 'What it is for its person; null: what is chosen for the nearest category above, else by the words of its name.';
comment on column app.category.is_archived is 'No longer offered; former time keeps it.';
comment on column app.category.position is 'Order among its siblings, the lowest first.';

create function app.refuse_category_cycle() returns trigger
language plpgsql security invoker set search_path = ''
as $$
begin
    -- Two changes at once could close a circle that neither sees.
    perform pg_advisory_xact_lock(hashtextextended('lifetracer.category:' || new.account_id, 0));
    if exists (
        with recursive above as (
            select new.parent_id as category_id
            union
            select parent.parent_id
            from above
            inner join app.category as parent
                on parent.account_id = new.account_id and parent.category_id = above.category_id
        )
        select from above where category_id = new.category_id
    ) then
        raise exception 'the category "%" would lie inside itself', new.name
        using errcode = 'check_violation', constraint = 'category_cycle', hint = 'Choose a parent that is not beneath it.';
    end if;
    return new;
end
$$;
create trigger refuse_cycle before insert or update on app.category
for each row when (new.parent_id is not null) execute function app.refuse_category_cycle();

create table app.category_rule (
    account_id uuid not null references app.account on delete cascade,
    rule_id uuid not null default gen_random_uuid(),
    position integer not null,
    source text check (source in ('toggl_track', 'toggl_csv', 'google_calendar', 'ical')),
    field text not null check (
        field in (
            'client', 'project', 'task', 'tag', 'description', 'color', 'calendar', 'title', 'event_type', 'location'
        )
    ),
    operator text not null check (operator in ('is', 'contains', 'starts_with', 'matches')),
    pattern text not null check (btrim(pattern) <> '' and length(pattern) <= 500),
    category_id text not null,
    folded text not null generated always as (
        case when operator = 'matches' then app.fold_expression(pattern) else app.fold(pattern) end
    ) stored,
    primary key (account_id, rule_id),
    foreign key (account_id, category_id) references app.category (account_id, category_id),
    constraint category_rule_field_of_source check (
        source is null
        or source = 'toggl_track' and field in ('client', 'project', 'task', 'tag', 'description', 'color')
        or source = 'toggl_csv' and field in ('client', 'project', 'task', 'tag', 'description')
        or source in ('google_calendar', 'ical') and field in ('color', 'calendar', 'title', 'event_type', 'location')
    )
);
create index category_rule_order on app.category_rule (account_id, position, rule_id);
create index category_rule_category on app.category_rule (account_id, category_id);
comment on table app.category_rule is 'Which entries and occurrences belong to which category; the first that fits wins, none: the default. One row per account and rule.';
comment on column app.category_rule.position is 'Order, the lowest first; equal ones by rule_id.';
comment on column app.category_rule.source is 'Only what came from this source; null: any.';
comment on column app.category_rule.field is 'What is looked at: of entries client, project, task, tag, description, color; of occurrences calendar, title, event_type, location, color.';
comment on column app.category_rule.operator is 'How the pattern is meant; matches: a regular expression of PostgreSQL. Case and width never count.';
comment on column app.category_rule.folded is 'The pattern as it is compared with folded texts.';

create function app.refuse_broken_expression() returns trigger
language plpgsql security invoker set search_path = ''
as $$
begin
    perform '' ~* app.fold_expression(new.pattern);
    return new;
exception when invalid_regular_expression then
    raise exception 'the pattern "%" is no regular expression: %', new.pattern, sqlerrm
    using errcode = 'check_violation', constraint = 'category_rule_expression',
    hint = 'Correct it, or use the operator contains, which takes every sign literally.';
end
$$;
create trigger refuse_broken_expression before insert or update on app.category_rule
for each row when (new.operator = 'matches') execute function app.refuse_broken_expression();

create table app.revision (
    account_id uuid not null references app.account on delete cascade,
    entity text not null,
    entity_id text not null,
    revision_id bigint generated always as identity,
    data jsonb,
    changed_at timestamptz not null default clock_timestamp(),
    changed_by text not null,
    primary key (account_id, entity, entity_id, revision_id)
);
create index revision_time on app.revision (account_id, entity, changed_at);
comment on table app.revision is 'What a row that people enter was before each change. At an instant it was as the first revision after it says; without one, as it is now. One row per account, entity, row and change.';
comment on column app.revision.entity is 'Name of the table.';
comment on column app.revision.entity_id is 'The row''s key in it.';
comment on column app.revision.data is 'The row until changed_at; null: there was none.';
comment on column app.revision.changed_by is 'The setting lifetracer.changed_by, else the role, else the login.';

-- Attach it with the name of the key column:
--   create trigger keep_revision after insert or update or delete on app.x
--   for each row execute function app.keep_revision('x_id');
create function app.keep_revision() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    before_it jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
    after_it jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
    known jsonb := coalesce(before_it, after_it);
begin
    if before_it is not distinct from after_it then
        return null;
    end if;
    insert into app.revision (account_id, entity, entity_id, data, changed_by)
    select
        account.account_id,
        tg_table_name,
        known ->> tg_argv[0],
        before_it,
        coalesce(
            nullif(current_setting('lifetracer.changed_by', true), ''),
            nullif(current_setting('role', true), 'none'),
            session_user
        )
    from app.account as account  -- an account that is being deleted takes its history along
    where account.account_id = (known ->> 'account_id')::uuid;
    return null;
end
$$;
comment on function app.keep_revision() is 'Trigger: keep the former version of a row in app.revision; its argument names the key column.';

create trigger keep_revision after insert or update or delete on app.category
for each row execute function app.keep_revision('category_id');
create trigger keep_revision after insert or update or delete on app.category_rule
for each row execute function app.keep_revision('rule_id');

create function app.category_version(account uuid) returns text
language sql stable security invoker set search_path = ''
as $$
    select md5(
        coalesce(
            (select string_agg(category::text, E'\n' order by category.category_id)
            from app.category as category where category.account_id = account), ''
        ) || E'\n\n' || coalesce(
            (select string_agg(rule::text, E'\n' order by rule.position, rule.rule_id)
            from app.category_rule as rule where rule.account_id = account), ''
        )
    )
$$;
comment on function app.category_version(uuid) is 'Changes whenever the categories or the rules of an account change.';

revoke all on function app.refuse_category_cycle() from public;
revoke all on function app.refuse_broken_expression() from public;
revoke all on function app.keep_revision() from public;
revoke all on function app.category_version(uuid) from public;
grant execute on function app.category_version(uuid) to lifetracer_app, authenticated;

alter table app.category enable row level security;
alter table app.category_rule enable row level security;
alter table app.revision enable row level security;
create policy own on app.category for all to lifetracer_app, authenticated
using (account_id = (select app.current_account_id()))
with check (account_id = (select app.current_account_id()));
create policy own on app.category_rule for all to lifetracer_app, authenticated
using (account_id = (select app.current_account_id()))
with check (account_id = (select app.current_account_id()));
create policy own on app.revision for select to lifetracer_app, authenticated
using (account_id = (select app.current_account_id()));
grant select, insert, update, delete on app.category, app.category_rule to lifetracer_app, authenticated;
grant select on app.revision to lifetracer_app, authenticated;
