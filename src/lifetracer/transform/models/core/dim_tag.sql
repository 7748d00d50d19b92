{{
    config(
        indexes=[{'columns': ['account_id', 'tag'], 'unique': true}],
        pre_hook="{{ forget_all() }}",
    )
}}
-- depends_on: {{ source('app', 'account') }}
with known as (
    select tag.account_id, tag.tag_name as tag, true as is_listed
    from {{ ref('stg_toggl_track__tags') }} as tag
    where {{ in_scope('tag') }} and tag.tag_name is not null
    union all
    select used.account_id, used.tag, false as is_listed
    from ({{ distinct_keys(ref('fct_entry_tag'), 'tag') }}) as used
)

select
    account_id,
    tag,
    bool_or(is_listed) as is_listed
from known
group by account_id, tag
