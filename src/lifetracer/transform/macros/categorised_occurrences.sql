{# The category of an entry: what a rule says, else its project's name. #}
{% macro category_of_entry(alias) -%}
    coalesce({{ entry_rule_category(alias) }}, {{ category_id("coalesce(" ~ alias ~ ".project_name, " ~ no_project() ~ ")") }})
{%- endmacro %}

{#
    The category of an occurrence: of our own plan the one it was written for; else what a rule says, else what its title
    means, else the calendar's own name.
#}
{% macro category_of_occurrence(alias, meaning) -%}
    coalesce({{ alias }}.own_category_id, {{ occurrence_rule_category(alias) }}, {{ meaning }}, {{ category_id(alias ~ '.calendar_name') }})
{%- endmacro %}
