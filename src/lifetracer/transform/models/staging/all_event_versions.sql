{%- set sources = ['google_calendar', 'ical'] %}
{%- for name in sources %}
{{ event_versions(name, source('raw', name ~ '__events')) }}
union all
{{ event_versions(name, source('raw', 'revision'), "stream = '" ~ name ~ "__events'", 'revision_id', 'replaced_at') }}
{%- if not loop.last %}
union all
{%- endif %}
{%- endfor %}
