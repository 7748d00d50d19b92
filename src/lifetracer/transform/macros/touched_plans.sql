{# Occurrences that lie on a stale day or did in a former version; in a full run all that lie or lay anywhere. #}
{% macro touched_plans() -%}
    {%- if only_changes() %}
    select stale.account_id, block.occurrence_id
    from {{ ref('stale_day') }} as stale
    inner join {{ ref('fct_occurrence_day') }} as block
        on stale.account_id = block.account_id and stale.local_date = block.local_date
    where {{ in_scope('stale') }}
    union
    select stale.account_id, former.occurrence_id
    from {{ ref('stale_day') }} as stale
    inner join {{ source('app', 'account') }} as account on stale.account_id = account.account_id
    inner join {{ source('raw', 'occurrence_revision') }} as former
        on stale.account_id = former.account_id
        and former.starts_at >= {{ day_start('stale.local_date', 'account.time_zone') }}
        and former.starts_at < {{ day_start('stale.local_date + 1', 'account.time_zone') }}
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
    delete from {{ this }} as kept
    where
        {{ is_stale('kept') }}
        or (
            {{ in_scope('kept') }}
            and (kept.account_id, kept.occurrence_id) in (select account_id, occurrence_id from ({{ touched_plans() }}) as touched)
        )
    {%- elif execute and is_incremental() -%}
    delete from {{ this }} as kept where {{ in_scope('kept') }}
    {%- endif -%}
{%- endmacro %}
