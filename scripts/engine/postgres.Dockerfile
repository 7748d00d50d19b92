# Stand-in for the image postgres, made of Debian's package; knows POSTGRES_USER, _PASSWORD and _DB.
FROM debian:bookworm-slim
# hadolint ignore=DL3008 # whatever this Debian has
RUN apt-get update -q && apt-get install -q -y --no-install-recommends postgresql-15 && rm -rf /var/lib/apt/lists/* /var/lib/postgresql/15
ENV PATH=/usr/lib/postgresql/15/bin:$PATH PGDATA=/var/lib/postgresql/data
COPY --chmod=755 postgres-start /usr/local/bin/docker-entrypoint.sh
RUN mkdir -p "$PGDATA" && chown postgres "$PGDATA"
# hadolint ignore=DL3066
USER postgres
STOPSIGNAL SIGINT
ENTRYPOINT ["docker-entrypoint.sh"]
