{{
    config(
        indexes=[{'columns': ['account_id', 'target_id', 'valid_from'], 'unique': true}],
        pre_hook="{{ forget_all() }}",
    )
}}
{{ wanted_versions(source('app', 'target'), 'target_id', 'made_by') }}
