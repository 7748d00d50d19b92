#!/usr/bin/env bash
# The image for linux/amd64 and linux/arm64, with a list of what is inside (SBOM) and of how it was made (provenance):
#
#   image.sh build              build both, keep nothing but the cache; then this machine's as lifetracer:scan
#   image.sh push NAME TAG …    build both and push them; writes `image=NAME@sha256:…` to $GITHUB_OUTPUT, or prints it
set -euo pipefail
cd "$(dirname "$0")/.."
build=(docker buildx build --file infra/docker/Dockerfile)
both=("${build[@]}" --platform "linux/amd64,linux/arm64" --sbom=true --provenance=mode=max)
case $1 in
build)
  "${both[@]}" --output type=oci,dest=/dev/null .
  "${build[@]}" --load --tag lifetracer:scan .
  ;;
push)
  name=$2
  shift 2
  metadata=$(mktemp)
  "${both[@]}" --push --metadata-file "$metadata" "${@/#/--tag=$name:}" .
  digest=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["containerimage.digest"])' "$metadata")
  echo "image=$name@$digest" | tee -a "${GITHUB_OUTPUT:-/dev/null}"
  ;;
*)
  sed -n '2,5s/^# \{0,1\}//p' "$0"
  exit 2
  ;;
esac
