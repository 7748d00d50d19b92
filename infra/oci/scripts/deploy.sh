#!/usr/bin/env bash
# Update this machine to an image: deploy.sh NAME@sha256:…   Run by hand, or by .github/workflows/deploy.yml over SSH.
#
# Pull, migrate, then replace one container after the other, each only when the one before is well. With the layout
# `rolling` a server is first drained (the door sends it nobody new, and waits for who is inside), so no request fails.
# Running jobs go back to the queue when their worker leaves. If anything is not well in time, everything goes back to the
# former image, and this ends with 1. Migrations only add; a version back runs on what a newer one made.
# Environment: LIFETRACER_COMPOSE (folder of compose.yml and .env), DEPLOY_SECONDS (patience for one container, 120).
set -euo pipefail
new=${1:?which image?}
cd "${LIFETRACER_COMPOSE:-/opt/lifetracer/infra/docker}"
settings=${LIFETRACER_ENV_FILE:-.env}
patience=${DEPLOY_SECONDS:-120}

say() { echo "$(date -u +%H:%M:%S) $*"; }
setting() { sed -n "s/^$1=//p" "$settings" | tail -1; }
use() { # image: from the next container on
  if grep -q '^LIFETRACER_IMAGE=' "$settings"; then
    sed -i "s|^LIFETRACER_IMAGE=.*|LIFETRACER_IMAGE=$1|" "$settings"
  else
    echo "LIFETRACER_IMAGE=$1" >>"$settings"
  fi
  export LIFETRACER_IMAGE=$1
}
door() { # command for the door's socket
  docker compose exec -T door bash -c "exec 3<>/dev/tcp/127.0.0.1/9999; echo '$1' >&3; cat <&3"
}
of_server() { # server, column of the door's statistics
  door "show stat" | awk -F, -v name="$1" -v column="$2" \
    'NR == 1 {for (i = 1; i <= NF; i++) at[$i] = i} $2 == name {print $at[column]}'
}
until_so() { # seconds, command …
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    [ $SECONDS -lt $end ] || return 1
    sleep 0.5
  done
}
is_empty() { [ "$(of_server "$1" scur)" = 0 ]; }
is_up() { [[ $(of_server "$1" status) == UP* ]]; }

replace() { # service
  say "$1: $LIFETRACER_IMAGE"
  if [[ $1 == server-[ab] ]]; then
    door "set server app/$1 state drain" >/dev/null
    until_so 15 is_empty "$1" || say "$1: somebody is still following something, and has to connect again"
    docker compose up --detach --no-deps --wait --wait-timeout "$patience" "$1" || return 1
    door "set server app/$1 state ready" >/dev/null
    until_so "$patience" is_up "$1"
  else
    docker compose up --detach --no-deps --wait --wait-timeout "$patience" "$1"
  fi
}
ours() { # services that run our image, servers first
  local all
  all=$(docker compose config --services | grep -vxE 'db|door|cloudflared|connector|transform')
  grep -E '^server' <<<"$all" || true
  grep -vE '^server' <<<"$all" || true
}

old=$(setting LIFETRACER_IMAGE)
old=${old:-lifetracer}
done=()
go_back() {
  trap - ERR
  say "not well: back to $old"
  use "$old"
  for service in "${done[@]}"; do
    replace "$service" || say "$service is not well with $old either: look at \`docker compose logs $service\`"
  done
  exit 1
}
trap go_back ERR

docker image inspect "$new" >/dev/null 2>&1 || docker pull --quiet "$new"
use "$new"
say "migrate"
docker compose run --rm --no-deps -T "$(ours | head -1)" migrate
for service in $(ours); do
  done+=("$service")
  replace "$service" || go_back
done
say "all is well with $new (before: $old)"
