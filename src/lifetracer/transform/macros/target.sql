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

{# Remove the periods that have stale days, are still open, or were measured by a target that is no longer the same. #}
{% macro forget_target_periods() -%}
    {%- if execute and is_incremental() -%}
    delete from {{ this }} as kept
    where {{ in_scope('kept') }}
        {%- if not var('full', false) %}
        and (
            not kept.is_over
            or not exists (
                select from {{ ref('dim_target') }} as target
                where target.account_id = kept.account_id and target.target_id = kept.target_id
                    and target.valid_from = kept.valid_from and target.made_from = kept.made_from
            )
            or (kept.account_id, kept.target_id, kept.period_start) in (
                select target.account_id, target.target_id, {{ period_start('target.period', 'stale.local_date') }}
                from {{ ref('stale_day') }} as stale
                inner join {{ ref('dim_target') }} as target on stale.account_id = target.account_id
            )
        )
        {%- endif %}
    {%- else -%}
    select 1
    {%- endif -%}
{%- endmacro %}
