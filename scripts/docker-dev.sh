#!/usr/bin/env bash
# Development in containers: docker-dev.sh up | down | migrate | logs [SERVICE] | run COMMAND …
# Tables are made at the start, too; `down --volumes` forgets the data. Without Docker: make dev.
set -euo pipefail
compose=(docker compose --file "$(dirname "$0")/../infra/docker/compose.dev.yml")
what=${1:-help}
[ $# -eq 0 ] || shift
case $what in
up)
  "${compose[@]}" up --detach --build --wait "$@"
  echo "http://localhost:${LIFETRACER_PORT:-3000}  (access token: ${LIFETRACER_ACCESS_TOKEN:-lifetracer-dev-access-token})"
  ;;
down) "${compose[@]}" down "$@" ;;
migrate) "${compose[@]}" run --rm app migrate ;;
logs) "${compose[@]}" logs --follow --tail 100 "$@" ;;
run) "${compose[@]}" run --rm app "$@" ;;
*)
  sed -n '2,3s/^# //p' "$0"
  exit 2
  ;;
esac
