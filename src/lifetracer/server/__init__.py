"""The HTTP door: asks for jobs, shows them, reads and changes what is kept, mounts the console. It does no work itself.

app      puts everything together          doors    which request may come in at all
routes   /api, one module per subject      callers  who asks, and what they may
acting   one request's transaction         limits   how often somebody may come
openapi  the description of it all         network  from which address, and which may
follow   a job's events, as they happen    crossing pages of other sites
run      one server process                problem  failures as application/problem+json
sign_in  the form for browsers             opening  answers /health while the database is still starting
"""
