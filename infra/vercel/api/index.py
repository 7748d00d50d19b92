"""What Vercel runs: the console and the API as one ASGI function; jobs run where a worker is.

Law: a preview never touches production; it refuses any database that was not given to previews.
"""

from lifetracer.server.function import application

app = application()
