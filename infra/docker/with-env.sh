#!/usr/bin/env bash
# docker compose with an encrypted .env: with-env.sh up -d --wait   (any words of `docker compose`)
#
# env.age beside this file is decrypted into memory for as long as the command runs, and never onto a disk. Needs age; the
# key's file is LIFETRACER_AGE_KEY (~/.config/lifetracer/age.key). docs/how-to/keep-secrets.md says how to make both.
set -euo pipefail
cd "$(dirname "$0")"
key=${LIFETRACER_AGE_KEY:-$HOME/.config/lifetracer/age.key}
umask 077
plain=$(mktemp -p /dev/shm)
trap 'rm -f "$plain"' EXIT
age --decrypt --identity "$key" env.age >"$plain"
LIFETRACER_ENV_FILE=$plain docker compose --env-file "$plain" "$@"
