# Stand-in for the image haproxy, made of Debian's package.
FROM debian:bookworm-slim
# hadolint ignore=DL3008 # whatever this Debian has
RUN apt-get update -q && apt-get install -q -y --no-install-recommends haproxy socat && rm -rf /var/lib/apt/lists/*
# hadolint ignore=DL3066
USER haproxy
CMD ["haproxy", "-W", "-db", "-f", "/usr/local/etc/haproxy/haproxy.cfg"]
