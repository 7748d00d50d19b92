{# Occurrences that lie on a stale day or did in a former version; in a full run all that lie or lay anywhere. #}
{% macro touched_plans() -%}
    {%- if only_changes() %}
    select stale.account_id, block.occurrence_id
    from {{ ref('stale_day') }} as stale
    {{ looked_up(ref('fct_occurrence_day'), 'block', 'stale', 'local_date') }}
    where {{ in_scope('stale') }}
    union
    select stale.account_id, former.occurrence_id
    from {{ ref('stale_day') }} as stale
    inner join {{ source('app', 'account') }} as account on stale.account_id = account.account_id
    cross join lateral (
        select found.* from {{ source('raw', 'occurrence_revision') }} as found
        where
            found.account_id = stale.account_id
            and found.starts_at >= {{ day_start('stale.local_date', 'account.time_zone') }}
            and found.starts_at < {{ day_start('stale.local_date + 1', 'account.time_zone') }}
        offset 0
    ) as former
    where {{ in_scope('stale') }}
    {%- else %}
    select account_id, occurrence_id from {{ ref('fct_occurrence') }} as occurrence where {{ in_scope('occurrence') }}
    union
    select account_id, occurrence_id from {{ source('raw', 'occurrence_revision') }} as former where {{ in_scope('former') }}
    {%- endif %}
{%- endmacro %}

{# Remove what is known of them, and what lies on stale days; in a full run all. #}
{% macro forget_touched_plans() -%}
    {%- if execute and only_changes() -%}
    with touched as materialized (
        {{ touched_plans() }}
    ),

    listed as (
        select kept.account_id, kept.local_date, kept.occurrence_id
        from touched
        {{ looked_up(this, 'kept', 'touched', 'occurrence_id') }}
        union
        select kept.account_id, kept.local_date, kept.occurrence_id
        from {{ ref('stale_day') }} as stale
        {{ looked_up(this, 'kept', 'stale', 'local_date') }}
        where {{ in_scope('stale') }}
    )

    delete from {{ this }} as kept
    using listed
    where
        kept.account_id = listed.account_id and kept.local_date = listed.local_date and kept.occurrence_id = listed.occurrence_id
    {%- elif execute and is_incremental() -%}
    delete from {{ this }} as kept where {{ in_scope('kept') }}
    {%- endif -%}
{%- endmacro %}
