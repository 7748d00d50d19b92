"""Toggl: Track v9, Reports v3 and Webhooks v1, as APIS.md A to C describe them."""
