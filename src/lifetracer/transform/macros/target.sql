{# First day of the period that a date lies in. #}
{% macro period_start(period, date) -%}
    case {{ period }} when 'day' then {{ date }} when 'week' then {{ week_start(date) }} else date_trunc('month', {{ date }})::date end
{%- endmacro %}

{# Whether what was reached lies within the bounds; "exactly" to the minute, the entry, the percent. #}
{% macro holds() -%}
    case comparison
        when 'at_least' then reached >= low
        when 'at_most' then reached <= high
        when 'between' then reached between low and high
        else case measure
            when 'count' then reached = low
            when 'share' then round(reached, 2) = round(low, 2)
            else round(reached / 60) = round(low / 60)
        end
    end
{%- endmacro %}

{#
    Whether a period is met. Nothing done breaks no limit: neither a greatest share, nor an end that is not to be
    later, nor a start that is not to be earlier. While a period is open, null means that it can still go either way.
#}
{% macro is_period_met() -%}
    case
        when is_over and reached is null
            then (comparison = 'at_most' and measure in ('share', 'end_time'))
            or (comparison = 'at_least' and measure = 'start_time')
        when is_over then {{ holds() }}
        when measure = 'start_time' and period = 'day' and reached is not null then {{ holds() }}
        when measure in ('duration', 'count') or (measure = 'end_time' and period = 'day')
            then case
                when comparison = 'at_least' and reached >= low then true
                when comparison <> 'at_least' and reached > high and not {{ holds() }} then false
            end
    end
{%- endmacro %}

{#
    The versions of targets, or of intents: each lasts until its next one begins. `entered` is app.target or app.intent,
    `key` its key, `more` a column that only it has.
#}
{% macro wanted_versions(entered, key, more) -%}
with recursive version as (
    select
        target.*,
        least(
            target.valid_to, lead(target.valid_from) over (partition by target.account_id, target.{{ key }} order by target.valid_from)
        ) as ends_on
    from {{ entered }} as target
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
        version.{{ key }},
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
        version.{{ more }},
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
{%- endmacro %}

{# Remove the periods that have stale days, are still open, or were measured by a target that is no longer the same. #}
{% macro forget_target_periods(wanted, key) -%}
    {%- if execute and is_incremental() -%}
    delete from {{ this }} as kept
    where {{ in_scope('kept') }}
        {%- if not var('full', false) %}
        and (
            not kept.is_over
            or not exists (
                select from {{ wanted }} as target
                where target.account_id = kept.account_id and target.{{ key }} = kept.{{ key }}
                    and target.valid_from = kept.valid_from and target.made_from = kept.made_from
            )
            or (kept.account_id, kept.{{ key }}, kept.period_start) in (
                select target.account_id, target.{{ key }}, {{ period_start('target.period', 'stale.local_date') }}
                from {{ ref('stale_day') }} as stale
                inner join {{ wanted }} as target on stale.account_id = target.account_id
            )
        )
        {%- endif %}
    {%- else -%}
    select 1
    {%- endif -%}
{%- endmacro %}
