{# What a period came to: the category's seconds in the days of [period_start, period_end). #}
{% macro lived_in_period(estimate) -%}
    select coalesce(sum(day.actual_seconds), 0)::int as seconds
    from {{ ref('fct_day_category') }} as day
    where
        day.account_id = {{ estimate }}.account_id
        and day.category_id = {{ estimate }}.category_id
        and day.local_date >= {{ estimate }}.period_start
        and day.local_date < {{ estimate }}.period_end
{%- endmacro %}

{#
    Mean pinball loss of five quantiles: a quantile q that was too low costs q of what it lacked, one that was too high
    1 − q of what it had too much. No other forecast than the true quantiles makes it smaller in the long run.
#}
{% macro pinball_loss(actual, prefix) -%}
    (
        {%- for percent in [10, 25, 50, 75, 90] %}
        greatest({{ percent }} * ({{ actual }} - {{ prefix }}p{{ percent }}), {{ percent - 100 }} * ({{ actual }} - {{ prefix }}p{{ percent }}))
        {{- ' +' if not loop.last }}
        {%- endfor %}
    ) / 500.0
{%- endmacro %}
