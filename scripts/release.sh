#!/usr/bin/env bash
# A release of the tag vX.Y.Z: the wheel in dist/, and what the changelog says about it in dist/notes.md; with
# `publish`, both as a release at GitHub (needs gh and GH_TOKEN).   release.sh TAG [publish]
set -euo pipefail
cd "$(dirname "$0")/.."
tag=$1
version=${tag#v}
is=$(python -c 'import lifetracer; print(lifetracer.__version__)')
[ "$version" = "$is" ] || { echo "The tag says $version, src/lifetracer/__init__.py says $is." >&2; exit 1; }
mkdir -p dist
awk -v version="$version" '/^## /{on = index($0, version) > 0; next} on' CHANGELOG.md >dist/notes.md
[ -s dist/notes.md ] || { echo "CHANGELOG.md has no part ## $version." >&2; exit 1; }
python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .
[ "${2:-}" != publish ] || gh release create "$tag" dist/*.whl --verify-tag --title "$tag" --notes-file dist/notes.md
