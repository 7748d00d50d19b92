{# Name under which an entry without a project is counted. #}
{% macro no_project() -%} 'No project' {%- endmacro %}

{# Two names are the same category when they differ only in case, width (full or half), punctuation and spaces. #}
{% macro name_key(text) -%}
    app.name_key({{ text }})
{%- endmacro %}

{# A name of nothing but punctuation is its own key. #}
{% macro category_id(name) -%}
    app.category_id({{ name }})
{%- endmacro %}

{# A usable #rrggbb in lower case, else null. #}
{% macro hex_color(text) -%}
    case when {{ text }} ~* '^#[0-9a-f]{6}$' then lower({{ text }}) end
{%- endmacro %}

{# Colour of a category that has none: one of 24 hues of equal lightness and chroma (OKLCH 0.68, 0.105), by its id. #}
{% macro color_of(category_id) -%}
    (array[
        '#cf7c8f', '#d17d7d', '#d0806b', '#cc845b', '#c58a4e', '#ba9146', '#ad9746', '#9c9e4c',
        '#89a459', '#75a869', '#5fab7c', '#49ad8e', '#36ada1', '#2eabb2', '#36a8c1', '#48a4cd',
        '#5d9fd5', '#7299d9', '#8593d9', '#978dd5', '#a787cc', '#b583c1', '#c07fb2', '#c97da1'
    ])[1 + ('x' || substr({{ category_id }}, 1, 7))::bit(28)::int % 24]
{%- endmacro %}
