"""Sign-in services: an OpenID Connect issuer and Supabase Auth, for the sandbox's people."""
