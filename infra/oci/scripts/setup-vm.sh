#!/usr/bin/env bash
# Make a machine ready for lifetracer's containers; run as root, as often as you like. Ubuntu 24.04, Debian 13 or Oracle
# Linux, ARM or x86.
# Environment: LIFETRACER_REPOSITORY (where to clone from; nothing: copy the files to /opt/lifetracer yourself).
set -euo pipefail
home=/opt/lifetracer
# shellcheck source=/dev/null
. /etc/os-release

case $ID in
ubuntu | debian)
  export DEBIAN_FRONTEND=noninteractive
  user=$ID
  engine=(docker.io docker-buildx docker-compose-v2)
  [ "$ID" = ubuntu ] || engine=(docker.io docker-cli docker-buildx docker-compose)
  apt-get update -q
  apt-get install -q -y --no-install-recommends ca-certificates cron curl git unattended-upgrades "${engine[@]}"
  ;;
ol | centos | rhel | almalinux | rocky)
  dnf install -y -q dnf-plugins-core cronie curl git
  dnf config-manager --add-repo https://download.docker.com/linux/centos/docker-ce.repo
  dnf install -y -q docker-ce docker-ce-cli containerd.io docker-buildx-plugin docker-compose-plugin dnf-automatic
  systemctl enable --now dnf-automatic-install.timer
  user=opc
  ;;
*)
  echo "setup-vm.sh knows Ubuntu, Debian and Oracle Linux, not $ID." >&2
  exit 1
  ;;
esac

systemctl enable --now docker
id "$user" >/dev/null 2>&1 && usermod -aG docker "$user"

# A machine with little memory needs room to put aside what sleeps.
if [ "$(awk '/MemTotal/{print int($2 / 1024)}' /proc/meminfo)" -lt 2500 ] && [ ! -e /swapfile ]; then
  dd if=/dev/zero of=/swapfile bs=1M count=3072 status=none
  chmod 600 /swapfile
  mkswap -q /swapfile
  swapon /swapfile
  echo '/swapfile none swap sw 0 0' >>/etc/fstab
fi

# Oracle's images bring a firewall of their own that lets in SSH only; 3000 is opened by api_cidrs, outside, and here.
if command -v firewall-cmd >/dev/null && firewall-cmd --state >/dev/null 2>&1; then
  firewall-cmd --quiet --permanent --add-port=3000/tcp && firewall-cmd --quiet --reload
fi

if [ -n "${LIFETRACER_REPOSITORY:-}" ] && [ ! -d $home/.git ]; then
  git clone --quiet "$LIFETRACER_REPOSITORY" $home
fi
install -d -m 0755 $home $home/log
install -d -m 0700 $home/secrets
if id "$user" >/dev/null 2>&1; then chown -R "$user" $home; fi

if [ -f $home/infra/docker/.env ]; then
  docker compose --project-directory $home/infra/docker up --detach --wait
else
  cat <<NEXT
Next, in a new login (so that $user may use Docker):
  cd $home/infra/docker && cp .env.example .env && chmod 600 .env      fill it in
  docker build -f Dockerfile -t lifetracer $home                       unless LIFETRACER_IMAGE names one of a registry
  docker compose up -d --wait
NEXT
fi
docker --version
docker compose version
