#!/usr/bin/env bash
# An engine for the drills, where no Docker runs and no image can be pulled:
#
#   eval "$(scripts/engine/run.sh up)"     use the engine that answers, else start one; exports DOCKER_HOST
#   scripts/engine/run.sh down             end the engine that `up` started, and what lies in its folder
#
# An engine that can pull images uses the real ones. Otherwise stand-ins of the same names are made from Debian's
# packages and this machine's Python (needs root and apt-get; 2 minutes and 2 GB in $LIFETRACER_ENGINE the first time).
# What they show is that our files work; they say nothing about the real images' own versions.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
folder=${LIFETRACER_ENGINE:-/var/tmp/lifetracer-engine}
socket=unix://$folder/docker.sock

say() { echo "$*" >&2; }

needs() { # package command …
  local missing=()
  while [ $# -gt 0 ]; do
    command -v "$2" >/dev/null || missing+=("$1")
    shift 2
  done
  [ ${#missing[@]} -eq 0 ] && return
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    say "needs: ${missing[*]}"
    exit 3
  fi
  say "installing ${missing[*]} …"
  DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}" >"$folder/apt.log" 2>&1 ||
    { apt-get update -q >>"$folder/apt.log" 2>&1 &&
      DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}" >>"$folder/apt.log" 2>&1; }
}

start() {
  needs docker.io dockerd iptables iptables debootstrap debootstrap
  say "starting an engine in $folder …"
  dockerd --data-root "$folder/data" --exec-root "$folder/exec" -H "$socket" --pidfile "$folder/docker.pid" \
    --storage-driver overlay2 --bip 172.29.0.1/24 >"$folder/dockerd.log" 2>&1 &
  local tries
  for tries in $(seq 60); do
    docker info >/dev/null 2>&1 && return
    sleep 0.5
  done
  say "the engine did not start ($tries tries); see $folder/dockerd.log"
  exit 1
}

debian() { # release, folder: the smallest system, without what slim images lack, too
  [ -d "$2/etc" ] && return
  local mirror
  mirror=$(awk '/^URIs/{print $2; exit}' /etc/apt/sources.list.d/debian.sources)
  debootstrap --variant=minbase --include="$3" "$1" "$2.part" "$mirror" >"$folder/$1.log" 2>&1
  rm -rf "$2.part"/var/cache/apt/* "$2.part"/var/lib/apt/lists/* "$2.part"/usr/share/{doc,man,info,locale}/*
  mv "$2.part" "$2"
}

import() { # folder, image: what this machine trusts goes in, for its package mirror may have an authority of its own
  install -D -m 644 /etc/ssl/certs/ca-certificates.crt "$1/etc/ssl/certs/ca-certificates.crt"
  tar -C "$1" -c . | docker import --change 'ENV PATH=/usr/local/bin:/usr/local/sbin:/usr/bin:/usr/sbin:/bin:/sbin' \
    --change 'ENV PIP_CERT=/etc/ssl/certs/ca-certificates.crt SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt' - "$2" >/dev/null
}

stand_in_for_python() { # image
  local version python libraries
  version=${1#*:}
  version=${version%%-*}
  python=$(find "${PYENV_ROOT:-$HOME/.pyenv}/versions" -maxdepth 1 -name "$version.*" 2>/dev/null | sort -V | tail -1)
  [ -n "$python" ] || { say "no Python $version on this machine to make a stand-in of"; exit 3; }
  libraries=ca-certificates,libssl3,libffi8,libsqlite3-0,libbz2-1.0,liblzma5,libreadline8,zlib1g,libncursesw6,libuuid1,libexpat1
  debian bookworm "$folder/python" "$libraries"
  if [ ! -e "$folder/python/usr/local/bin/python" ]; then
    cp -a "$python/." "$folder/python/usr/local/"
    rm -rf "$folder/python/usr/local/lib/python$version"/{test,idlelib,ensurepip/__pycache__,config-*} "$folder"/python/usr/local/lib/*.a
    find "$folder/python/usr/local/lib/python$version/site-packages" -mindepth 1 -maxdepth 1 ! -name 'pip*' -exec rm -rf {} +
    find "$folder/python/usr/local" -depth \( -name tests -o -name __pycache__ \) -exec rm -rf {} +
    sed -i "1s|.*|#!/usr/local/bin/python$version|" "$folder"/python/usr/local/bin/pip*
    ln -sf "python$version" "$folder/python/usr/local/bin/python"
    strip --strip-unneeded "$folder"/python/usr/local/lib/libpython*.so.1.0 2>/dev/null || true
    chroot "$folder/python" ldconfig
  fi
  import "$folder/python" "$1"
}

stand_in() { # image
  local name=${1%%:*}
  say "making a stand-in for $1 …"
  case $1 in
  python:*) stand_in_for_python "$1" ;;
  debian:*)
    local release=${1#*:}
    release=${release%-slim}
    debian "$release" "$folder/$release" ca-certificates
    import "$folder/$release" "$1"
    ;;
  haproxy:* | postgres:* | prom/* | cloudflare/*)
    have "$(sed -n 's/^FROM //p' "$here/${name##*/}.Dockerfile")"
    DOCKER_BUILDKIT=1 docker build --quiet --network host -t "$1" -f "$here/${name##*/}.Dockerfile" "$here" >/dev/null
    ;;
  *) say "no stand-in for $1"; exit 3 ;;
  esac
}

have() { # image
  docker image inspect "$1" >/dev/null 2>&1 || timeout 120 docker pull --quiet "$1" >/dev/null 2>&1 || stand_in "$1"
}

compose() { # the engine's own client is too old for compose files of today; Debian's next release has a newer one
  docker compose version >/dev/null 2>&1 && return
  local plugins=$HOME/.docker/cli-plugins tree=$folder/trixie
  say "fetching docker compose …"
  needs debootstrap debootstrap
  debian trixie "$tree" ca-certificates
  mkdir -p "$plugins"
  (cd "$tree" && chroot . sh -c 'apt-get update -q && apt-get download docker-compose docker-buildx' >"$folder/compose.log" 2>&1 &&
    for package in docker-*.deb; do dpkg -x "$package" "$folder/plugins"; done && rm -rf docker-*.deb var/lib/apt/lists/*)
  ln -sf "$folder"/plugins/usr/libexec/docker/cli-plugins/* "$plugins/"
}

case ${1:-} in
up)
  shift
  mkdir -p "$folder"
  if ! docker info >/dev/null 2>&1; then
    export DOCKER_HOST=$socket
    docker info >/dev/null 2>&1 || start
    echo "export DOCKER_HOST=$socket"
  fi
  compose
  for image in "${@:-python:3.12-slim-bookworm}"; do have "$image"; done
  ;;
down)
  if [ -f "$folder/docker.pid" ]; then
    pid=$(cat "$folder/docker.pid")
    kill "$pid" 2>/dev/null || true
    for _ in $(seq 150); do # until it has ended, though nobody may ask how
      grep -qs '^State:[[:space:]]*[^Z]' "/proc/$pid/status" || break
      sleep 0.2
    done
    ip link del docker0 2>/dev/null || true
    umount "$folder"/exec/netns/* 2>/dev/null || true
  fi
  rm -rf "$folder/data" "$folder/exec" "$folder"/docker.*
  ;;
*)
  say "usage: run.sh up [IMAGE …] | down"
  exit 2
  ;;
esac
