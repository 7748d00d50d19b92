{#
    The rate of a billable row's day, as a lateral join: of the rates that fit its client and project the most trusted,
    and of those the latest that is valid. The row needs account_id, local_date, client_name_key and project_name_key.
#}
{% macro rate_of(row) -%}
    left join lateral (
        select fitting.hourly_amount, fitting.currency
        from {{ ref('dim_rate') }} as fitting
        where
            fitting.account_id = {{ row }}.account_id
            and fitting.valid_from <= {{ row }}.local_date
            and (fitting.client_key is null or fitting.client_key = {{ row }}.client_name_key)
            and (fitting.project_key is null or fitting.project_key = {{ row }}.project_name_key)
        order by fitting.precedence asc, fitting.valid_from desc, fitting.rate_key asc
        limit 1
    ) as rate on true
{%- endmacro %}
