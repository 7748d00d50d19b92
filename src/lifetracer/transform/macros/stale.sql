{#
    How a change finds its way, exactly, whatever the length of the history:

    1. Triggers note in raw.change which items of raw were written. A run begins by taking the notes that are there.
    2. core.stale_entry and core.stale_occurrence list the facts that these changes, the time gone by, other names of
       projects, other meanings of titles or other rules may have altered. Those are removed and made anew; the days
       that they lay on, or lie on, go to core.stale_day.
    3. Day-level facts are removed (`forget_days`) and made anew for the days in core.stale_day.
    4. When all models succeeded the run says so in core.dim_account and removes the notes that it took. One that
       breaks off leaves them, and the next run does the same work again.

    A removal and the insert after it happen in one transaction: readers never see a gap. In a full run the lists stay
    empty: everything in scope is removed and made.
#}

{# The table that a later model of the run makes: what is read there is what the former run left. #}
{% macro former(name) -%}
    {{ return(api.Relation.create(database=target.database, schema='core', identifier=name)) }}
{%- endmacro %}

{# Whether a row of a day-level fact lies on a stale day. Written so that the planner takes the index, with or without statistics. #}
{% macro is_stale(alias) -%}
    {%- if var('account_id', '') -%}
    {{ in_scope(alias) }}
    and {{ alias }}.local_date = any(array(select stale.local_date from {{ ref('stale_day') }} as stale where {{ in_scope('stale') }}))
    {%- else -%}
    ({{ alias }}.account_id, {{ alias }}.local_date) in (select stale.account_id, stale.local_date from {{ ref('stale_day') }} as stale)
    {%- endif -%}
{%- endmacro %}

{# The rows of a day-level fact that this run reads: in scope, and in a usual run only those of stale days. #}
{% macro is_due(alias) -%}
    {%- if only_changes() -%} {{ is_stale(alias) }} {%- else -%} {{ in_scope(alias) }} {%- endif -%}
{%- endmacro %}

{#
    Note the days of the rows of `fact`, which has first_date and last_date. Entries also note the day beside, when so
    near to midnight that they end or begin a short gap there.
#}
{% macro note_days(fact, margin=0) -%}
    {%- set first = "((" ~ fact ~ ".starts_at - interval '" ~ margin ~ " seconds') at time zone " ~ fact ~ ".time_zone)::date" -%}
    {%- set last = "((" ~ fact ~ ".ends_at + interval '" ~ margin ~ " seconds') at time zone " ~ fact ~ ".time_zone)::date" -%}
    insert into {{ ref('stale_day') }} (account_id, local_date)
    select distinct {{ fact }}.account_id, day.first_date + n
    from {{ fact }}
    cross join lateral (
        select
            {% if margin %}least({{ fact }}.first_date, {{ first }}){% else %}{{ fact }}.first_date{% endif %} as first_date,
            {% if margin %}greatest({{ fact }}.last_date, {{ last }}){% else %}{{ fact }}.last_date{% endif %} as last_date
    ) as day
    cross join lateral generate_series(0, day.last_date - day.first_date) as n
    where {{ fact }}.is_placed
    on conflict do nothing
{%- endmacro %}

{# Remove the facts that are listed as stale and note their days (entries: their descriptions, too); in a full run remove all. #}
{% macro forget_facts(list, key, margin=0, noted=none) -%}
    {%- if execute and only_changes() -%}
    with gone as (
        delete from {{ this }} as kept
        using {{ ref(list) }} as stale
        where {{ in_scope('kept') }} and kept.account_id = stale.account_id and kept.{{ key }} = stale.{{ key }}
        returning kept.*
    )
    {%- if noted %},

    noted as ({{ note_descriptions('gone') }})
    {%- endif %}
    {{ note_days('gone', margin) }}
    {%- elif execute and is_incremental() -%}
    delete from {{ this }} as kept where {{ in_scope('kept') }}
    {%- endif -%}
{%- endmacro %}

{# Remove the rows that hang on listed facts; in a full run remove all. #}
{% macro forget_listed(list, key) -%}
    {%- if execute and only_changes() -%}
    delete from {{ this }} as kept
    using {{ ref(list) }} as stale
    where {{ in_scope('kept') }} and kept.account_id = stale.account_id and kept.{{ key }} = stale.{{ key }}
    {%- elif execute and is_incremental() -%}
    delete from {{ this }} as kept where {{ in_scope('kept') }}
    {%- endif -%}
{%- endmacro %}

{# Note the days (and descriptions) of the facts that were just made. #}
{% macro note_made(list, key, margin=0, noted=none) -%}
    {%- if execute and only_changes() -%}
    with made as (
        select made.*
        from {{ ref(list) }} as stale
        inner join {{ this }} as made on stale.account_id = made.account_id and stale.{{ key }} = made.{{ key }}
        where {{ in_scope('stale') }}
    )
    {%- if noted %},

    noted as ({{ note_descriptions('made') }})
    {%- endif %}
    {{ note_days('made', margin) }}
    {%- endif -%}
{%- endmacro %}

{# Note what the entries of `fact` are described as: what such words mean is to be looked at again. #}
{% macro note_descriptions(fact) -%}
    insert into {{ ref('stale_description') }} (account_id, description_key)
    select distinct {{ fact }}.account_id, {{ fact }}.description_key
    from {{ fact }}
    where {{ fact }}.description_key is not null
    on conflict do nothing
{%- endmacro %}

{# An index on few of a table's rows, made by full runs. #}
{% macro partial_index(name, columns, condition) -%}
    {%- if var('full', false) or not is_incremental() -%}
    create index if not exists {{ this.identifier }}_{{ name }} on {{ this }} ({{ columns }}) where {{ condition }}
    {%- endif -%}
{%- endmacro %}

{# Remove the rows of stale days, or in a full run of all days. #}
{% macro forget_days() -%}
    {%- if execute and is_incremental() -%}
    delete from {{ this }} as kept where {{ is_due('kept') }}
    {%- endif -%}
{%- endmacro %}

{# Remove all rows in scope: for small tables that are made anew each time. #}
{% macro forget_all() -%}
    {%- if execute and is_incremental() -%}
    delete from {{ this }} as kept where {{ in_scope('kept') }}
    {%- endif -%}
{%- endmacro %}
