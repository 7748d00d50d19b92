{{
    config(
        indexes=[{'columns': ['account_id', 'title_key'], 'unique': true}],
        pre_hook=["{{ note_titles() }}", "{{ forget_titles() }}"],
    )
}}
-- depends_on: {{ ref('stale_occurrence') }}
-- depends_on: {{ ref('stale_phrase') }}
-- depends_on: {{ ref('stale_title') }}
-- depends_on: {{ ref('all_calendars') }}
-- depends_on: {{ ref('all_events') }}
-- depends_on: {{ source('raw', 'occurrence') }}
-- depends_on: {{ ref('all_occurrences') }}
-- How a title finds its category: see the macro.
{{ title_meanings(
    titles=living_titles(),
    phrases='select * from ' ~ ref('phrase_category') ~ ' as phrase where ' ~ in_scope('phrase')
) }}
