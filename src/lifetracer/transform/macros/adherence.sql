{#
    What became of the plans (rows of fct_match, alias match): counted by verdict, and in seconds. Each plan counts whole on
    the day it starts. Adherence is what was lived as planned, of each plan at most its own length, by what was planned.
#}
{% macro adherence_sums() -%}
    count(*) filter (where match.layer = 'plan')::int as planned_blocks,
    {%- for verdict in ['done', 'shortened', 'overrun', 'shifted', 'replaced', 'missed'] %}
    count(*) filter (where match.layer = 'plan' and match.verdict = '{{ verdict }}')::int as {{ verdict }}_blocks,
    {%- endfor %}
    coalesce(sum(match.planned_seconds) filter (where match.layer = 'plan'), 0)::int as planned_seconds,
    coalesce(sum(match.lived_seconds) filter (where match.layer = 'plan'), 0)::int as lived_seconds,
    coalesce(sum(least(match.planned_seconds, match.lived_seconds)) filter (where match.layer = 'plan'), 0)::int as kept_seconds,
    coalesce(
        sum(match.lived_seconds - match.planned_seconds) filter (where match.layer = 'actual' and match.verdict is not null), 0
    )::int as unplanned_seconds,
    round(
        percentile_cont(0.5) within group (order by match.start_delay_seconds) filter (where match.layer = 'plan')
    )::int as median_start_delay_seconds
{%- endmacro %}

{% macro adherence_columns(sums) -%}
    {%- for column in [
        'planned_blocks', 'done_blocks', 'shortened_blocks', 'overrun_blocks', 'shifted_blocks', 'replaced_blocks', 'missed_blocks',
        'planned_seconds', 'lived_seconds', 'kept_seconds', 'unplanned_seconds'
    ] %}
    {{ sums }}.{{ column }},
    {%- endfor %}
    ({{ sums }}.kept_seconds::numeric / nullif({{ sums }}.planned_seconds, 0))::numeric(5, 4) as adherence,
    {{ sums }}.median_start_delay_seconds,
    ({{ sums }}.planned_seconds::numeric / nullif({{ sums }}.lived_seconds, 0) - 1)::numeric(12, 4) as planning_bias
{%- endmacro %}
