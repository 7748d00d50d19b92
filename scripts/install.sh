#!/usr/bin/env bash
# Install lifetracer from this checkout into the Python at hand, with the locked packages that some extras need and no
# others: install.sh [EXTRA …]
set -euo pipefail
cd "$(dirname "$0")/.."
needed=$(mktemp)
trap 'rm -f "$needed"' EXIT
python scripts/locked.py --and hatchling "$@" >"$needed" # hatchling makes a package of the checkout
python -m pip install --quiet --disable-pip-version-check --no-deps --only-binary :all: --require-hashes -r "$needed"
python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation .
