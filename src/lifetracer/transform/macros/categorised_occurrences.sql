{# Occurrences with their category: what the title means, else the calendar's own name. #}
{% macro categorised_occurrences() -%}
    select
        planned.*,
        coalesce(meant.category_id, {{ category_id('planned.calendar_name') }}) as category_id
    from {{ ref('all_occurrences') }} as planned
    left join {{ ref('title_category') }} as meant
        on planned.account_id = meant.account_id and meant.title_key = {{ name_key('planned.title') }}
{%- endmacro %}
