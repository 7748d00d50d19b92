{# Titles that say that one is away from home … #}
{% macro says_travel(title) -%}
    ({{ title }} ~* '\m(trips?|travel(l?ing)?|journey|flights?|fly to|train to|ferry to|hotel|stay (in|at)|conference in)\M'
    or {{ title }} ~ '出張|旅行|フライト|[^順郵宅別定船]便($|[^利秘箋覧])|新幹線|宿泊|ホテル|帰省|遠征')
    and {{ title }} !~* '\m(plan(s|ning)?|book(ing)?|prepar(e|ing)|pack(ing)?|search|expenses?|visa|insurance)\M'
    and {{ title }} !~ '計画|予約|準備|相談|手配|精算|検索|検討|下見'
{%- endmacro %}

{# … and that one has the day off. #}
{% macro says_vacation(title) -%}
    ({{ title }} ~* '\m(pto|ooo|out of office|vacations?|annual leave|on leave|paid leave|parental leave|days? off|time off|on holiday)\M'
    or {{ title }} ~* '^\W*holidays?\W*$'
    or {{ title }} ~ '休暇|有給|有休|年休|代休|振休|夏休み|冬休み|正月休み|全休|お休み|不在')
    and {{ title }} !~* '\m(plan(s|ning)?|book(ing)?|request|approv(e|al))\M'
    and {{ title }} !~ '計画|申請|承認|相談'
{%- endmacro %}

{# What holds for all days of an account: where it is, what counts as much, which categories are of which kind. #}
{% macro day_rules() -%}
    select
        account.account_id,
        account.time_zone,
        place.country,
        md5(concat_ws(
            '|',
            place.country,
            (select max(known.local_date) from {{ source('calendar', 'holiday') }} as known where known.country = place.country),
            {{ var('day_type_work_seconds', 10800) }}, {{ var('day_type_away_seconds', 14400) }},
            (
                select string_agg(category.category_id || category.kind, ',' order by category.category_id)
                from {{ ref('dim_category') }} as category
                where category.account_id = account.account_id and category.kind in ('work', 'study', 'travel')
            )
        )) as made_from
    from {{ source('app', 'account') }} as account
    left join {{ source('calendar', 'zone_country') }} as zone on account.time_zone = zone.time_zone
    cross join lateral (select coalesce(account.country, zone.country) as country) as place
    where {{ in_scope('account') }}
{%- endmacro %}

{# Remove day types that a correction, a category's new kind or another country has overtaken. #}
{% macro forget_day_types() -%}
    {%- if execute and only_changes() -%}
    delete from {{ this }} as kept
    using (
        select known.account_id, known.local_date
        from {{ this }} as known
        inner join ({{ day_rules() }}) as rule on known.account_id = rule.account_id
        left join {{ source('app', 'day_type') }} as correction
            on known.account_id = correction.account_id and known.local_date = correction.local_date
        where
            {{ in_scope('known') }}
            and (
                known.made_from <> rule.made_from
                or case when known.is_corrected then known.day_type end is distinct from correction.day_type
            )
    ) as overtaken
    where kept.account_id = overtaken.account_id and kept.local_date = overtaken.local_date
    {%- else -%}
    select 1
    {%- endif -%}
{%- endmacro %}

{# A table that belongs to nobody: everyone may read it. #}
{% macro shield_calendar(table) -%}
    do $$
    begin
        if not exists (select from pg_catalog.pg_policy where polrelid = '{{ table }}'::regclass) then
            create policy everybodys on {{ table }} for select to lifetracer_app, lifetracer_reader, authenticated using (true);
            grant select on {{ table }} to lifetracer_app, lifetracer_reader, authenticated;
        end if;
    end
    $$
{%- endmacro %}
