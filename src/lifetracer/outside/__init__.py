"""The way to other people's services: HTTP with retries and pacing, request quotas, token refresh."""
