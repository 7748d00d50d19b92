{{
    config(
        indexes=[
            {'columns': ['account_id', 'target_id', 'period_start'], 'unique': true},
            {'columns': ['account_id', 'period_start']},
        ],
        pre_hook="{{ forget_target_periods(ref('dim_target'), 'target_id') }}",
    )
}}
-- depends_on: {{ ref('stale_day') }}
{{ measured_periods(ref('dim_target'), 'target_id') }}
