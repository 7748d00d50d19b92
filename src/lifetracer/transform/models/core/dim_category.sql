{{
    config(
        indexes=[{'columns': ['account_id', 'category_id'], 'unique': true}],
        pre_hook="{{ forget_all() }}",
    )
}}
-- depends_on: {{ ref('dim_calendar') }}
-- Names in order of trust: a living project's, a deleted one's, one that only entries carry, a calendar's, that of a
-- block that lifetracer planned while the category still had a name.
with project as (
    select
        account_id,
        {{ category_id('project_name') }} as category_id,
        project_name as category,
        color,
        case when not is_deleted then 1 when is_listed then 2 else 3 end as trust,
        coalesce(is_billable, false) as is_billable
    from {{ ref('dim_project') }} as project
    where project_name is not null and {{ in_scope('project') }}
),

no_project as (
    select
        account.account_id,
        {{ category_id(no_project()) }} as category_id,
        {{ no_project() }} as category,
        '#9aa0a6' as color,
        3 as trust,
        false as is_billable
    from {{ source('app', 'account') }} as account
    where
        {{ in_scope('account') }}
        and exists (
            select from {{ ref('fct_entry') }} as entry
            where entry.account_id = account.account_id and entry.category_id = {{ category_id(no_project()) }}
        )
),

own as (
    select * from {{ source('app', 'category') }} as own where {{ in_scope('own') }}
),

-- A calendar lends its name when one of its occurrences got no better category.
used as (
    {{ distinct_keys(ref('fct_occurrence'), 'category_id') }}
),

listed_calendar as (
    select
        calendar.account_id,
        {{ category_id('calendar.calendar_name') }} as category_id,
        calendar.calendar_name as category,
        calendar.calendar_color as color,
        4 as trust,
        false as is_billable
    from {{ ref('dim_calendar') }} as calendar
    where {{ in_scope('calendar') }}
),

known as (
    select account_id, category_id from project
    union
    select account_id, category_id from no_project
    union
    select account_id, category_id from own
    union
    select account_id, category_id from listed_calendar
),

other_calendar as (
    select
        used.account_id,
        used.category_id,
        named.category,
        named.color,
        5 as trust,
        false as is_billable
    from used
    cross join lateral (
        select
            case
                when occurrence.own_category_id = used.category_id
                    then coalesce(occurrence.title, occurrence.calendar_name)
                else occurrence.calendar_name
            end as category,
            occurrence.calendar_color as color
        from {{ ref('fct_occurrence') }} as occurrence
        where
            occurrence.account_id = used.account_id
            and occurrence.category_id = used.category_id
            and used.category_id in ({{ category_id('occurrence.calendar_name') }}, occurrence.own_category_id)
        order by occurrence.occurrence_id
        limit 1
    ) as named
    where not exists (
        select from known where known.account_id = used.account_id and known.category_id = used.category_id
    )
),

told as (
    select * from project
    union all
    select * from no_project
    union all
    select listed_calendar.*
    from listed_calendar
    inner join used on listed_calendar.account_id = used.account_id and listed_calendar.category_id = used.category_id
    union all
    select * from other_calendar
),

derived as (
    select
        account_id,
        category_id,
        (array_agg(category order by trust, category))[1] as category,
        (array_agg(color order by trust, category, color) filter (where color is not null))[1] as color,
        bool_or(is_billable) as is_billable
    from told
    group by account_id, category_id
),

-- What a person says overrides what projects and calendars say.
chosen as (
    select
        coalesce(own.account_id, derived.account_id) as account_id,
        coalesce(own.category_id, derived.category_id) as category_id,
        coalesce(own.name, derived.category) as category,
        coalesce(own.color, derived.color) as color,
        own.parent_id,
        own.kind as said_kind,
        coalesce(derived.is_billable, false) as is_billable,
        coalesce(own.is_archived, false) as is_archived,
        coalesce(own.position, 0) as position,
        own.category_id is null as is_default
    from derived
    full join own on derived.account_id = own.account_id and derived.category_id = own.category_id
),

guessed as (
    select
        chosen.*,
        coalesce({{ kind_of_name('category') }}, case when is_billable then 'work' end) as guessed_kind
    from chosen
),

-- From the roots down: what is said of a category holds for those beneath it that say nothing themselves.
tree as (
    with recursive branch as (
        select
            guessed.*,
            category as path,
            0 as depth,
            said_kind as inherited_said,
            guessed_kind as inherited_guess
        from guessed
        where parent_id is null
        union all
        select
            child.*,
            branch.path || ' / ' || child.category as path,
            branch.depth + 1 as depth,
            coalesce(child.said_kind, branch.inherited_said) as inherited_said,
            coalesce(child.guessed_kind, branch.inherited_guess) as inherited_guess
        from branch
        inner join guessed as child
            on branch.account_id = child.account_id and branch.category_id = child.parent_id
    )

    select * from branch
)

select
    account_id,
    category_id,
    category,
    coalesce(color, {{ color_of('category_id') }}) as color,
    parent_id,
    path,
    depth,
    coalesce(inherited_said, inherited_guess, 'other') as kind,
    position,
    is_archived,
    is_default
from tree
