{#
    The distinct values of a column of a fact per account, by as many looks into its index (account_id, column, …) as
    there are values: the same cost after ten years as after one. Gives account_id and the column, without null.
#}
{% macro distinct_keys(fact, column) -%}
    with recursive step as (
        select account.account_id, first.value
        from {{ source('app', 'account') }} as account
        cross join lateral (
            select min(one.{{ column }}) as value from {{ fact }} as one where one.account_id = account.account_id
        ) as first
        where {{ in_scope('account') }}
        union all
        select step.account_id, next.value
        from step
        cross join lateral (
            select min(one.{{ column }}) as value
            from {{ fact }} as one
            where one.account_id = step.account_id and one.{{ column }} > step.value
        ) as next
        where step.value is not null
    )

    select account_id, value as {{ column }} from step where value is not null
{%- endmacro %}
