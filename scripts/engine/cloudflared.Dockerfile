# Stand-in for the image cloudflare/cloudflared: takes the same command, configuration and credentials, without Cloudflare.
FROM python:3.12-slim-bookworm
COPY --chmod=755 cloudflared-start /usr/local/bin/cloudflared
# hadolint ignore=DL3066
USER 65532:65532
ENTRYPOINT ["cloudflared"]
