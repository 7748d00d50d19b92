{# Key of a project among those of an account: its client's and its own name, which cannot hold the separator. #}
{% macro client_project_key(client, project) -%}
    md5(concat(coalesce({{ client }}, ''), e'\x1f', coalesce({{ project }}, '')))
{%- endmacro %}
