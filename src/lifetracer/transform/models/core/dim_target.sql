{{
    config(
        indexes=[{'columns': ['account_id', 'target_id', 'valid_from'], 'unique': true}],
        pre_hook="{{ forget_all() }}",
    )
}}
-- Each version of a target lasts until its next one begins.
with recursive version as (
    select
        target.*,
        least(
            target.valid_to, lead(target.valid_from) over (partition by target.account_id, target.target_id order by target.valid_from)
        ) as ends_on
    from {{ source('app', 'target') }} as target
    where {{ in_scope('target') }}
),

wanted as (
    select distinct
        version.account_id,
        version.subject_value,
        coalesce(known.category_id, {{ category_id('version.subject_value') }}) as category_id
    from version
    left join {{ ref('dim_category') }} as known
        on version.account_id = known.account_id and version.subject_value = known.category_id
    where version.subject = 'category'
),

-- A category and all beneath it; "union" ends even where somebody closed a circle.
beneath as (
    select account_id, category_id as top_id, category_id from wanted
    union
    select beneath.account_id, beneath.top_id, child.category_id
    from beneath
    inner join {{ ref('dim_category') }} as child
        on beneath.account_id = child.account_id and beneath.category_id = child.parent_id
),

described as (
    select
        version.account_id,
        version.target_id,
        version.valid_from,
        version.ends_on as valid_to,
        version.name,
        version.subject,
        version.subject_value,
        version.measure,
        version.period,
        version.comparison,
        version.low,
        version.high,
        version.weekdays,
        version.priority,
        version.made_by,
        wanted.category_id,
        array(
            select beneath.category_id from beneath
            where beneath.account_id = wanted.account_id and beneath.top_id = wanted.category_id
            order by beneath.category_id
        ) as category_ids
    from version
    left join wanted
        on version.account_id = wanted.account_id
        and version.subject_value = wanted.subject_value
        and version.subject = 'category'
)

select
    described.*,
    md5(concat_ws(
        '|', valid_to, subject, subject_value, measure, period, comparison, low, high, weekdays, category_ids
    )) as made_from
from described
