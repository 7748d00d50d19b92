#!/usr/bin/env bash
# Have a server update itself to an image, and look whether it is well afterwards: deploy_over_ssh.sh IMAGE@sha256:…
# Environment: DEPLOY_HOST, DEPLOY_USER, DEPLOY_KEY (the private key's text), DEPLOY_KNOWN_HOSTS (the server's lines of
# known_hosts), PUBLIC_URL (optional: asked for /health from here).
set -euo pipefail
image=$1
[[ $image =~ ^[a-z0-9./:_-]+@sha256:[0-9a-f]{64}$ ]] || { echo "An image by digest, please, not $image." >&2; exit 2; }
keys=$(mktemp -d)
trap 'rm -rf "$keys"' EXIT
(umask 077 && printf '%s\n' "$DEPLOY_KEY" >"$keys/key" && printf '%s\n' "$DEPLOY_KNOWN_HOSTS" >"$keys/hosts")
ssh -i "$keys/key" -o IdentitiesOnly=yes -o BatchMode=yes -o StrictHostKeyChecking=yes \
  -o UserKnownHostsFile="$keys/hosts" -o ServerAliveInterval=15 "$DEPLOY_USER@$DEPLOY_HOST" \
  "/opt/lifetracer/infra/oci/scripts/deploy.sh '$image'"
[ -z "${PUBLIC_URL:-}" ] ||
  curl --fail --silent --show-error --retry 10 --retry-all-errors --retry-delay 3 --max-time 10 "$PUBLIC_URL/health"
