{{
    config(
        indexes=[{'columns': ['account_id', 'title_key'], 'unique': true}],
        pre_hook="{{ forget_all() }}",
    )
}}
-- Which known category (one that entries or projects have) a planned title means. The first rule that finds one wins:
--   1 name         the title is the name of a category
--   2 description  entries described exactly like that were mostly in this category
--   3 words        the title contains the name of a category (the longest)
--   4 phrase       the title contains a description used at least twice (the longest, then the most used)
-- Every tie is broken by number of entries, then by id, so history decides the same way each time.
with described as (
    select
        account_id,
        {{ name_key('description') }} as phrase,
        category_id,
        count(*) as entries
    from {{ ref('fct_entry') }}
    where {{ in_scope('fct_entry') }} and project_name is not null and description is not null
    group by 1, 2, 3
),

usual as (
    select distinct on (account_id, phrase)
        account_id,
        phrase,
        category_id,
        entries
    from described
    where phrase <> ''
    order by account_id asc, phrase asc, entries desc, category_id asc
),

known as (
    select
        account_id,
        {{ name_key('project_name') }} as name,
        category_id,
        count(*) as entries
    from {{ ref('fct_entry') }}
    where {{ in_scope('fct_entry') }} and project_name is not null
    group by 1, 2, 3
    union all
    select
        account_id,
        {{ name_key('project_name') }} as name,
        {{ category_id('project_name') }} as category_id,
        0 as entries
    from {{ ref('stg_toggl_track__projects') }}
    where {{ in_scope('stg_toggl_track__projects') }} and project_name is not null and not is_deleted
),

category as (
    select
        account_id,
        name,
        category_id,
        sum(entries) as entries
    from known
    where name <> ''
    group by 1, 2, 3
),

title as (
    select distinct
        account_id,
        {{ name_key('title') }} as title_key
    from {{ ref('all_events') }}
    where {{ in_scope('all_events') }} and title is not null
),

-- Every run of up to six words of a title.
phrase as (
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
    select title.account_id, title.title_key, category.category_id, 1 as rule, 0 as length, category.entries
    from title
    inner join category on title.account_id = category.account_id and title.title_key = category.name
    union all
    select title.account_id, title.title_key, usual.category_id, 2 as rule, 0 as length, usual.entries
    from title
    inner join usual on title.account_id = usual.account_id and title.title_key = usual.phrase
    union all
    -- Scripts without spaces (Japanese) cannot be cut into words: there a name of two characters may lie anywhere.
    select title.account_id, title.title_key, category.category_id, 3 as rule, length(category.name) as length, category.entries
    from title
    inner join category
        on title.account_id = category.account_id
        and (
            strpos(' ' || title.title_key || ' ', ' ' || category.name || ' ') > 0
            or (
                category.name ~ '[^\x01-\x7f]' and length(category.name) > 1
                and strpos(title.title_key, category.name) > 0
            )
        )
    union all
    select phrase.account_id, phrase.title_key, usual.category_id, 4 as rule, length(usual.phrase) as length, usual.entries
    from phrase
    inner join usual on phrase.account_id = usual.account_id and phrase.phrase = usual.phrase and usual.entries > 1
)

select distinct on (account_id, title_key)
    account_id,
    title_key,
    category_id,
    (array['name', 'description', 'words', 'phrase'])[rule] as rule
from found
order by account_id asc, title_key asc, rule asc, length desc, entries desc, category_id asc
