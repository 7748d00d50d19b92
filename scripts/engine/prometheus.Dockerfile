# Stand-in for the image prom/prometheus, made of Debian's package: an older version that reads the same files.
FROM debian:trixie-slim
# hadolint ignore=DL3008 # whatever this Debian has
RUN apt-get update -q && apt-get install -q -y --no-install-recommends prometheus wget && rm -rf /var/lib/apt/lists/* \
    && install --directory --owner=nobody /prometheus
# hadolint ignore=DL3066
USER nobody
ENTRYPOINT ["prometheus"]
