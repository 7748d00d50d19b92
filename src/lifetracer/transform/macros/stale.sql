{#
    How a change finds its way, exactly and without a watermark:

    1. Facts (fct_entry, fct_occurrence) remember what they were made from. `forget` removes those whose raw row is
       gone or no longer the same, and notes their days in core.stale_day; what is then missing is made.
    2. Day-level facts are removed (`forget_days`) and made anew for the days noted there.
    3. The last model of the run, dim_account, empties the note. A run that breaks off leaves the note, so the
       next one goes on.

    A removal and the insert after it happen in one transaction: readers never see a gap.
#}

{# Remove facts that no longer equal what the query `living` (alias `now`) says, by the condition `same`; note their days. #}
{% macro forget(living, same) -%}
    {%- if execute and is_incremental() -%}
    with gone as (
        delete from {{ this }} as kept
        where {{ in_scope('kept') }}
            {%- if not var('full', false) %}
            and not exists (select from ({{ living }}) as now where {{ in_scope('now') }} and {{ same }})
            {%- endif %}
        returning kept.account_id, kept.first_date, kept.last_date
    )
    insert into {{ ref('stale_day') }} (account_id, local_date)
    select distinct gone.account_id, gone.first_date + n
    from gone
    cross join lateral generate_series(0, gone.last_date - gone.first_date) as n
    on conflict do nothing
    {%- else -%}
    select 1
    {%- endif -%}
{%- endmacro %}

{# Note the days of the facts that this run made; in a full run too, for it may break off before the days are made. #}
{% macro note_days() -%}
    {%- if execute -%}
    insert into {{ ref('stale_day') }} (account_id, local_date)
    select distinct made.account_id, made.first_date + n
    from {{ this }} as made
    cross join lateral generate_series(0, made.last_date - made.first_date) as n
    where {{ in_scope('made') }} and made.made_at = {{ as_of() }}
    on conflict do nothing
    {%- else -%}
    select 1
    {%- endif -%}
{%- endmacro %}

{# Remove the rows of stale days, or in a full run of all days. #}
{% macro forget_days() -%}
    {%- if execute and is_incremental() -%}
    delete from {{ this }} as kept
    where {{ in_scope('kept') }}
        {%- if not var('full', false) %}
        and (kept.account_id, kept.local_date) in (
            select stale.account_id, stale.local_date from {{ ref('stale_day') }} as stale where {{ in_scope('stale') }}
        )
        {%- endif %}
    {%- else -%}
    select 1
    {%- endif -%}
{%- endmacro %}

{# Remove all rows in scope: for small tables that are made anew each time. #}
{% macro forget_all() -%}
    {%- if execute and is_incremental() -%}
    delete from {{ this }} as kept where {{ in_scope('kept') }}
    {%- else -%}
    select 1
    {%- endif -%}
{%- endmacro %}
