{#
    The category that a person's rules give to a row: the first that fits, by position, then by rule_id; else null.
    Case and full or half width never count (app.fold). Where nobody in the run's scope has a rule, no row is looked at.
#}

{# Over a row of all_entries. #}
{% macro entry_rule_category(alias, rules=none) -%}
    {{ first_rule_that_fits(alias, rules, {
        'project': "array[" ~ alias ~ ".project_name]",
        'client': "array[" ~ alias ~ ".client_name]",
        'task': "array[" ~ alias ~ ".task_name]",
        'tag': alias ~ ".tags",
        'description': "array[" ~ alias ~ ".description]",
        'color': "array[" ~ alias ~ ".project_color]",
    }) }}
{%- endmacro %}

{# Over a row of all_occurrences. #}
{% macro occurrence_rule_category(alias, rules=none) -%}
    {{ first_rule_that_fits(alias, rules, {
        'calendar': "array[" ~ alias ~ ".calendar_name]",
        'title': "array[" ~ alias ~ ".title]",
        'event_type': "array[" ~ alias ~ ".event_type]",
        'location': "array[" ~ alias ~ ".location]",
        'color': "array[" ~ alias ~ ".calendar_color]",
    }) }}
{%- endmacro %}

{% macro first_rule_that_fits(alias, rules, fields) -%}
    {%- set table = rules or source('app', 'category_rule') -%}
    case when exists (select from {{ table }} as any_rule where {{ in_scope('any_rule') }}) then (
        select rule.category_id
        from {{ table }} as rule
        cross join lateral unnest(
            case rule.field
                {%- for field, texts in fields.items() %}
                when '{{ field }}' then {{ texts }}
                {%- endfor %}
            end
        ) as looked_at (said)
        where
            rule.account_id = {{ alias }}.account_id
            and (rule.source is null or rule.source = {{ alias }}.source)
            and case rule.operator
                when 'is' then app.fold(looked_at.said) = rule.folded
                when 'contains' then strpos(app.fold(looked_at.said), rule.folded) > 0
                when 'starts_with' then starts_with(app.fold(looked_at.said), rule.folded)
                when 'matches' then app.fold(looked_at.said) ~* rule.folded
            end
        order by rule.position asc, rule.rule_id asc
        limit 1
    ) end
{%- endmacro %}
