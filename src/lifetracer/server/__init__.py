"""The HTTP door: asks for jobs, shows them, mounts the console. It answers at once and does no work itself.

app      puts everything together          doors    which request may come in at all
api      /api: jobs and stages             sign_in  the form for browsers, when a token is needed
follow   a job's events, as they happen    problem  failures as application/problem+json
run      one server process                opening  answers /health while the database is still starting
"""
