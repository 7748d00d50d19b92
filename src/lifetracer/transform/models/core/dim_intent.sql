{{
    config(
        indexes=[{'columns': ['account_id', 'intent_id', 'valid_from'], 'unique': true}],
        pre_hook="{{ forget_all() }}",
    )
}}
{{ wanted_versions(source('app', 'intent'), 'intent_id', 'sentence') }}
