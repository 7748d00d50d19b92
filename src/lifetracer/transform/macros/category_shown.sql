{# How a category is shown: by the row of dim_category (alias), or where there is none yet by its id alone. #}
{% macro category_name(category) -%}
    coalesce({{ category }}.category, {{ no_project() }})
{%- endmacro %}

{% macro category_color(category, category_id) -%}
    coalesce({{ category }}.color, {{ color_of(category_id) }})
{%- endmacro %}
