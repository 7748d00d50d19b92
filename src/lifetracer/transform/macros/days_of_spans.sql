{# The rows of a day-level fact (alias) that this run sums up: in a usual run those of the days noted as stale. #}
{% macro is_summed_now(alias) -%}
    {{ in_scope(alias) }}
    {%- if only_changes() %}
    and ({{ alias }}.account_id, {{ alias }}.local_date) in (
        select stale.account_id, stale.local_date from {{ ref('stale_day') }} as stale where {{ in_scope('stale') }}
    )
    {%- endif %}
{%- endmacro %}
