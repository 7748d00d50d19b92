-- The note of what changed in raw: whoever writes there, the next transform learns which items it must look at.

create table raw.change (
    account_id uuid not null,
    change_id bigint generated always as identity,
    stream text not null,
    source_ids text[] not null,
    changed_at timestamptz not null default now(),
    is_taken boolean not null default false,
    primary key (account_id, change_id)
);
comment on table raw.change is 'Items of raw that were written and are not yet transformed. One row per account, statement and raw table.';
comment on column raw.change.stream is 'Name of the raw table: of a stream, or occurrence.';
comment on column raw.change.source_ids is 'Their source_id, or occurrence_id.';
comment on column raw.change.is_taken is 'A transform has begun with it; it is removed when the transform has ended well.';
alter table raw.change enable row level security;
create policy own on raw.change for select to lifetracer_app using (account_id = (select app.current_account_id()));
grant select on raw.change to lifetracer_app;

-- Runs once per statement, over the rows that it wrote. Rows that go with their account leave no note.
create function raw.note_change() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    insert into raw.change (account_id, stream, source_ids)
    select changed.account_id, tg_table_name, array_agg(changed.source_id)
    from changed
    where exists (select from app.account as a where a.account_id = changed.account_id)
    group by changed.account_id;
    return null;
end
$$;

create function raw.note_changed_occurrence() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    insert into raw.change (account_id, stream, source_ids)
    select changed.account_id, tg_table_name, array_agg(changed.occurrence_id)
    from changed
    where exists (select from app.account as a where a.account_id = changed.account_id)
    group by changed.account_id;
    return null;
end
$$;
revoke all on function raw.note_change() from public;
revoke all on function raw.note_changed_occurrence() from public;

create function raw.watch(p_table text, p_function text default 'note_change') returns void
language plpgsql security invoker set search_path = ''
as $$
begin
    execute format(
        'create or replace trigger note_insert after insert on raw.%I referencing new table as changed '
        'for each statement execute function raw.%I()', p_table, p_function);
    execute format(
        'create or replace trigger note_update after update on raw.%I referencing new table as changed '
        'for each statement execute function raw.%I()', p_table, p_function);
    execute format(
        'create or replace trigger note_delete after delete on raw.%I referencing old table as changed '
        'for each statement execute function raw.%I()', p_table, p_function);
end
$$;
comment on function raw.watch(text, text) is 'Let a raw table note its changes.';
revoke all on function raw.watch(text, text) from public;

-- From one copy of a meeting to those on other calendars.
create function raw.index_meetings(p_table text) returns void
language plpgsql security invoker set search_path = ''
as $$
begin
    execute format(
        'create index if not exists %I on raw.%I (account_id, (nullif(data ->> ''iCalUID'', '''')))',
        p_table || '_meeting', p_table);
end
$$;
revoke all on function raw.index_meetings(text) from public;

create or replace function raw.create_table(p_service text, p_entity text) returns text
language plpgsql security invoker set search_path = ''
as $$
declare
    name text := p_service || '__' || p_entity;
begin
    if name !~ '^[a-z][a-z0-9_]*__[a-z][a-z0-9_]*$' or length(name) > 63 then
        raise exception 'not a name for a raw table: %', name;
    end if;
    if to_regclass(format('raw.%I', name)) is not null then
        return name;
    end if;
    execute format($sql$
        create table raw.%1$I (
            account_id uuid not null,
            source_id text not null,
            connection_id uuid not null,
            data jsonb not null,
            api_version text not null,
            synced_at timestamptz not null default now(),
            deleted_at timestamptz,
            deleted_reason text,
            primary key (account_id, source_id)
        )$sql$, name);
    execute format('alter table raw.%I enable row level security', name);
    execute format($sql$
        create policy own on raw.%I for select to lifetracer_app
        using (account_id = (select app.current_account_id()))$sql$, name);
    execute format('grant select on raw.%I to lifetracer_app', name);
    execute format('comment on table raw.%I is %L', name,
                   format('%s of %s as received. One row per account and item.', p_entity, p_service));
    perform raw.watch(name);
    if p_entity = 'events' then
        perform raw.index_meetings(name);
    end if;
    return name;
end
$$;

select raw.watch(t.tablename) from pg_catalog.pg_tables as t
where t.schemaname = 'raw' and t.tablename like '%\_\_%';
select raw.watch('occurrence', 'note_changed_occurrence');
select raw.index_meetings(t.tablename) from pg_catalog.pg_tables as t
where t.schemaname = 'raw' and t.tablename like '%\_\_events';

-- From an event to the times it takes place.
create index occurrence_content on raw.occurrence (account_id, content_id);

-- What was made from raw rows goes with the account, too.
create function app.forget_account() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    name text;
begin
    delete from raw.change where account_id = old.account_id;
    for name in
        select c.relname from pg_catalog.pg_class as c
        inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid
        inner join pg_catalog.pg_attribute as a on a.attrelid = c.oid and a.attname = 'account_id'
        where n.nspname = 'core' and c.relkind = 'r'
    loop
        execute format('delete from core.%I where account_id = $1', name) using old.account_id;
    end loop;
    return null;
end
$$;
create trigger forget after delete on app.account for each row execute function app.forget_account();
revoke all on function app.forget_account() from public;
