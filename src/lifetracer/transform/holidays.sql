-- Queries of holidays.py.

-- is_empty --
-- Whether the countries of the time zones have never been written.
select (not exists (select from core.zone_country))::integer

-- this_year --
select extract(year from now())::integer

-- put_zones --
insert into core.zone_country as kept (time_zone, country)
select told.time_zone, told.country
from unnest(%(zones)s::text[], %(countries)s::text[]) as told (time_zone, country)
on conflict (time_zone) do update set country = excluded.country
where kept.country <> excluded.country

-- wanted --
-- Countries of accounts whose last year is not there yet, or all of them.
select distinct coalesce(account.country, zone.country) as country
from app.account as account
left join core.zone_country as zone on account.time_zone = zone.time_zone
where coalesce(account.country, zone.country) is not null
    and (
        %(anew)s
        or not exists (
            select from core.holiday as kept
            where kept.country = coalesce(account.country, zone.country)
                and kept.local_date >= make_date(%(last_year)s, 1, 1)
        )
    )
order by country

-- forget --
-- Days that are no holidays any more.
delete from core.holiday as kept
where kept.country = %(country)s and kept.local_date <> all(%(days)s::date[])

-- put --
insert into core.holiday as kept (country, local_date, name, name_en)
select %(country)s, told.local_date, told.name, told.name_en
from unnest(%(days)s::date[], %(names)s::text[], %(names_en)s::text[]) as told (local_date, name, name_en)
on conflict (country, local_date) do update set name = excluded.name, name_en = excluded.name_en
where (kept.name, kept.name_en) <> (excluded.name, excluded.name_en)
