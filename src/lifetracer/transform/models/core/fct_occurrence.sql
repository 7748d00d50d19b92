{{
    config(
        indexes=[
            {'columns': ['account_id', 'occurrence_id'], 'unique': true},
            {'columns': ['account_id', 'first_date']},
        ],
        pre_hook="{{ forget(
            living=categorised_occurrences(),
            same='now.account_id = kept.account_id and now.occurrence_id = kept.occurrence_id
                and (now.synced_at, now.category_id, now.starts_at, now.ends_at, now.starts_on, now.ends_on)
                    is not distinct from
                    (kept.synced_at, kept.category_id, kept.starts_at, kept.ends_at, kept.starts_on, kept.ends_on)'
        ) }}",
        post_hook="{{ note_days() }}",
    )
}}
-- depends_on: {{ ref('stale_day') }}
with occurrence as (
    select
        occurrence.*,
        account.time_zone,
        occurrence.starts_on is not null as is_all_day
    from ({{ categorised_occurrences() }}) as occurrence
    inner join {{ source('app', 'account') }} as account on occurrence.account_id = account.account_id
    where
        {{ in_scope('occurrence') }}
        {%- if only_changes() %}
        and not exists (
            select from {{ this }} as kept
            where kept.account_id = occurrence.account_id and kept.occurrence_id = occurrence.occurrence_id
        )
        {%- endif %}
),

placed as (
    select
        occurrence.*,
        case
            when is_all_day then ends_on > starts_on and ends_on - starts_on <= 366
            else ends_at > starts_at and ends_at - starts_at <= interval '31 days'
        end as is_placed
    from occurrence
)

select
    account_id,
    occurrence_id,
    source,
    calendar_id,
    series_id,
    category_id,

    title,
    calendar_name,
    calendar_color,
    location,
    response,
    event_type,
    time_zone,

    is_all_day,
    is_busy,
    is_own_plan,
    is_placed,

    starts_at,
    ends_at,
    starts_on,
    ends_on,
    case when is_placed then coalesce(starts_on, (starts_at at time zone time_zone)::date) end as first_date,
    case
        when is_placed
            then coalesce(ends_on - 1, ((ends_at - interval '1 microsecond') at time zone time_zone)::date)
    end as last_date,
    synced_at,
    {{ as_of() }} as made_at
from placed
