-- `supabase start` and `supabase db reset` run this after the migrations: one account to begin with.
-- Everywhere else lifetracer makes the first account itself, in the machine's time zone and language.
insert into app.account (name, time_zone, language)
select 'me', 'UTC', 'en'
where not exists (select from app.account);
