#!/usr/bin/env bash
# Install what some tests need beyond Python (Debian/Ubuntu, as root):
#   chromium          the browser that the page tests drive
#   fonts-ipaexfont   Japanese text in that browser
#   poppler-utils     PDF → PNG and text, to look at reports
#   postgresql-15     the oldest PostgreSQL that lifetracer supports
#   haproxy           two servers behind one door, without sticky sessions
#   age               an encrypted environment file
# Nothing is started. Without them these tests say "skipped: needs X".
set -euo pipefail

wanted=(chromium fonts-ipaexfont poppler-utils postgresql-15 haproxy age)
missing=()
for package in "${wanted[@]}"; do
  dpkg-query --show --showformat='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
  echo "system packages: all there"
  exit 0
fi
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
  echo "system packages missing: ${missing[*]} (needs apt-get and root); the tests that need them will be skipped" >&2
  exit 0
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -q
# A server package would start a cluster at once; ours are started by the tests only.
mkdir -p /etc/postgresql-common/createcluster.d
echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.d/lifetracer.conf
apt-get install -q -y --no-install-recommends "${missing[@]}"
