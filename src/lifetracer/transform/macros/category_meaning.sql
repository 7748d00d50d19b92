{#
    Which category a text means. Phrases are what is known: names of projects and of a person's own categories, and
    descriptions of entries. Titles are compared with them; the first rule that finds one wins:

      1 name         the title is the name of a category
      2 description  entries described exactly like that were mostly in this category
      3 words        the title contains the name of a category (the longest)
      4 phrase       the title contains a description used at least twice (the longest)
      5 none         it means no category

    Ties are broken by text and id, never by how often something happened, so that one more entry changes nothing else.
    The preview of a rule change (categories.py) reads the same macros, outside dbt.
#}

{# Names: a person's own category speaks before a project, a living project before a deleted one. #}
{% macro named_phrases() -%}
    select distinct on (account_id, phrase)
        account_id,
        'name' as kind,
        phrase,
        category_id,
        false as is_repeated
    from (
        select
            own.account_id,
            {{ name_key('own.name') }} as phrase,
            own.category_id,
            1 as trust
        from {{ source('app', 'category') }} as own
        where {{ in_scope('own') }}
        union all
        select
            project.account_id,
            {{ name_key('project.project_name') }} as phrase,
            coalesce(
                {{ entry_rule_category('project') }}, {{ category_id('project.project_name') }}
            ) as category_id,
            case when project.is_deleted then 3 else 2 end as trust
        from (
            select
                dim.account_id,
                case when dim.project_id is null then 'toggl_csv' else 'toggl_track' end as source,
                dim.project_name,
                dim.client_name,
                dim.color as project_color,
                dim.is_deleted,
                null::text as task_name,
                null::text as description,
                '{}'::text[] as tags
            from {{ ref('dim_project') }} as dim
            where
                dim.project_name is not null
                and {{ in_scope('dim') }}
                and (
                    not dim.is_deleted
                    or exists (
                        select from {{ ref('fct_entry') }} as entry
                        where entry.account_id = dim.account_id and entry.project_key = dim.project_key
                    )
                )
        ) as project
    ) as named
    where phrase <> ''
    order by account_id asc, phrase asc, trust asc, category_id asc
{%- endmacro %}

{# Descriptions, each with the category that most of its entries have; over rows of (account_id, phrase, category_id). #}
{% macro described_phrases(entries) -%}
    select distinct on (account_id, phrase)
        account_id,
        'description' as kind,
        phrase,
        category_id,
        count(*) > 1 as is_repeated
    from ({{ entries }}) as described
    where phrase is not null and category_id <> {{ category_id(no_project()) }}
    group by account_id, phrase, category_id
    order by account_id asc, phrase asc, count(*) desc, category_id asc
{%- endmacro %}

{# What titles mean; `titles`: rows of (account_id, title_key); `phrases`: rows of the two macros above. #}
{% macro title_meanings(titles, phrases) -%}
    with title as (
        select * from ({{ titles }}) as asked
    ),

    known as (
        select * from ({{ phrases }}) as told
    ),

    -- Every run of up to six words of a title; fenced, or it would be made anew for each phrase.
    piece as materialized (
        select
            title.account_id,
            title.title_key,
            array_to_string(word.list[first:first + more], ' ') as phrase
        from title
        cross join lateral (select string_to_array(title.title_key, ' ') as list) as word
        cross join lateral generate_series(1, least(cardinality(word.list), 40)) as first
        cross join lateral generate_series(0, least(5, cardinality(word.list) - first)) as more
    ),

    found as (
        select
            title.account_id,
            title.title_key,
            known.category_id,
            case known.kind when 'name' then 1 else 2 end as place,
            known.phrase
        from title
        inner join known on title.account_id = known.account_id and title.title_key = known.phrase
        union all
        -- Scripts without spaces (Japanese) cannot be cut into words: there a name of two characters may lie anywhere.
        select
            title.account_id,
            title.title_key,
            known.category_id,
            3 as place,
            known.phrase
        from title
        inner join known
            on title.account_id = known.account_id
            and known.kind = 'name'
            and (
                strpos(' ' || title.title_key || ' ', ' ' || known.phrase || ' ') > 0
                or (
                    known.phrase ~ '[^\x01-\x7f]' and length(known.phrase) > 1
                    and strpos(title.title_key, known.phrase) > 0
                )
            )
        union all
        select
            piece.account_id,
            piece.title_key,
            known.category_id,
            4 as place,
            known.phrase
        from piece
        inner join known
            on piece.account_id = known.account_id
            and piece.phrase = known.phrase
            and known.kind = 'description'
            and known.is_repeated
        union all
        select
            title.account_id,
            title.title_key,
            null as category_id,
            5 as place,
            '' as phrase
        from title
    )

    select distinct on (account_id, title_key)
        account_id,
        title_key,
        category_id,
        (array['name', 'description', 'words', 'phrase', 'none'])[place] as rule
    from found
    order by account_id asc, title_key asc, place asc, length(phrase) desc, phrase asc, category_id asc
{%- endmacro %}

{# The phrases that this run looks at: every name, and in a usual run only the descriptions that are noted as stale. #}
{% macro due_phrases() -%}
    ({{ named_phrases() }})
    union all
    ({{ described_phrases(due_descriptions()) }})
{%- endmacro %}

{% macro due_descriptions() -%}
    {%- if only_changes() -%}
    select entry.account_id, entry.description_key as phrase, entry.category_id
    from {{ ref('stale_description') }} as stale
    cross join lateral (
        select one.account_id, one.description_key, one.category_id
        from {{ ref('fct_entry') }} as one
        where one.account_id = stale.account_id and one.description_key = stale.description_key
        offset 0
    ) as entry
    where {{ in_scope('stale') }}
    {%- else -%}
    select entry.account_id, entry.description_key as phrase, entry.category_id
    from {{ ref('fct_entry') }} as entry
    where {{ in_scope('entry') }}
    {%- endif -%}
{%- endmacro %}

{# Remove the phrases that no longer mean what they meant, and note them and those that are new. In a full run remove all. #}
{% macro forget_phrases() -%}
    {%- if execute and only_changes() -%}
    with due as ({{ due_phrases() }}),

    gone as (
        delete from {{ this }} as kept
        where
            {{ in_scope('kept') }}
            and (
                kept.kind = 'name'
                or exists (
                    select from {{ ref('stale_description') }} as stale
                    where stale.account_id = kept.account_id and stale.description_key = kept.phrase
                )
            )
            and not exists (
                select from due
                where
                    (due.account_id, due.phrase, due.kind, due.category_id, due.is_repeated)
                    = (kept.account_id, kept.phrase, kept.kind, kept.category_id, kept.is_repeated)
            )
        returning kept.account_id, kept.phrase
    )

    insert into {{ ref('stale_phrase') }} (account_id, phrase)
    select account_id, phrase from gone
    union
    select due.account_id, due.phrase
    from due
    where not exists (
        select from {{ this }} as kept
        where
            (kept.account_id, kept.phrase, kept.kind, kept.category_id, kept.is_repeated)
            = (due.account_id, due.phrase, due.kind, due.category_id, due.is_repeated)
    )
    on conflict do nothing
    {%- elif execute and is_incremental() -%}
    delete from {{ this }} as kept where {{ in_scope('kept') }}
    {%- endif -%}
{%- endmacro %}

{# Titles of the occurrences that this run makes. #}
{% macro due_titles() -%}
    select distinct due.account_id, nullif({{ name_key('due.title') }}, '') as title_key
    from ({{ due_occurrences() }}) as due
    where nullif({{ name_key('due.title') }}, '') is not null
{%- endmacro %}

{#
    Note the titles to look at again: those of stale occurrences, as they were and as they are, and those that contain
    a phrase that has begun or ceased to mean something.
#}
{% macro note_titles() -%}
    {%- if execute and only_changes() -%}
    insert into {{ ref('stale_title') }} (account_id, title_key)
    select kept.account_id, kept.title_key
    from {{ ref('stale_occurrence') }} as stale
    cross join lateral (
        select one.account_id, one.title_key
        from {{ former('fct_occurrence') }} as one
        where one.account_id = stale.account_id and one.occurrence_id = stale.occurrence_id
        offset 0
    ) as kept
    where {{ in_scope('stale') }} and kept.title_key is not null
    union
    select due.account_id, due.title_key from ({{ due_titles() }}) as due
    union
    select known.account_id, known.title_key
    from {{ ref('stale_phrase') }} as stale
    inner join {{ this }} as known
        on stale.account_id = known.account_id and strpos(known.title_key, stale.phrase) > 0
    where {{ in_scope('stale') }}
    on conflict do nothing
    {%- endif -%}
{%- endmacro %}

{# Remove the titles that this run looks at again. #}
{% macro forget_titles() -%}
    {%- if execute and only_changes() -%}
    delete from {{ this }} as kept
    using {{ ref('stale_title') }} as stale
    where {{ in_scope('kept') }} and kept.account_id = stale.account_id and kept.title_key = stale.title_key
    {%- elif execute and is_incremental() -%}
    delete from {{ this }} as kept where {{ in_scope('kept') }}
    {%- endif -%}
{%- endmacro %}

{# The titles that this run looks at and that some occurrence still has. #}
{% macro living_titles() -%}
    {{ due_titles() }}
    {%- if only_changes() %}
    union
    select stale.account_id, stale.title_key
    from {{ ref('stale_title') }} as stale
    where
        {{ in_scope('stale') }}
        and exists (
            select from {{ former('fct_occurrence') }} as kept
            where
                kept.account_id = stale.account_id
                and kept.title_key = stale.title_key
                and not exists (
                    select from {{ ref('stale_occurrence') }} as listed
                    where listed.account_id = kept.account_id and listed.occurrence_id = kept.occurrence_id
                )
        )
    {%- endif -%}
{%- endmacro %}
