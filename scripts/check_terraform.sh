#!/usr/bin/env bash
# Format, init, validate, test (and checkov, where it is installed) for infra/oci/terraform, without Oracle and without
# a Terraform registry: scripts/oci_stub stands in for the provider. Needs terraform and, once, pip. What this cannot
# tell: whether Oracle accepts the values, and whether there is capacity; only `terraform apply` in a tenancy can.
set -euo pipefail
cd "$(dirname "$0")/.."
tools=${LIFETRACER_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/lifetracer-tools}/terraform
folders=(infra/oci/terraform infra/oci/terraform/production)
command -v terraform >/dev/null || { echo "skipped: needs terraform"; exit 0; }

terraform fmt -check -recursive infra/oci/terraform

if [ ! -d "$tools/pulumi/pulumi_oci" ]; then
  mkdir -p "$tools"
  python3 -m venv "$tools/venv"
  "$tools/venv/bin/pip" install --quiet --disable-pip-version-check tf==1.2.0
  "$tools/venv/bin/pip" download --quiet --disable-pip-version-check --no-deps --dest "$tools" pulumi-oci==5.5.0
  python3 -m zipfile --extract "$tools"/pulumi_oci-*.whl "$tools/pulumi"
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r infra/oci/. "$work/oci"
# A test takes down what it put up, which the files forbid for the database.
find "$work/oci" -name '*.tf' -exec sed -i 's/prevent_destroy = true/prevent_destroy = false/' {} +
# Where Terraform looks for the provider is Terraform's to say.
address=$(cd infra/oci/terraform && terraform providers 2>/dev/null | grep -o '\[[^]]*/oracle/oci\]' | head -1 | tr -d '[]')
place=$work/mirror/$address/99.0.0/$(terraform version -json | python3 -c 'import json, sys; print(json.load(sys.stdin)["platform"])')
mkdir -p "$place"
python3 scripts/oci_stub/schema.py "$tools/pulumi/pulumi_oci" "${folders[@]}" >"$place/schema.json"
cp scripts/oci_stub/provider.py "$place/provider.py"
printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' "$tools/venv/bin/python" "$place/provider.py" >"$place/terraform-provider-oci_v99.0.0"
chmod +x "$place/terraform-provider-oci_v99.0.0"
cat >"$work/terraformrc" <<RC
provider_installation {
  filesystem_mirror {
    path    = "$work/mirror"
    include = ["oracle/oci"]
  }
}
RC
export TF_CLI_CONFIG_FILE=$work/terraformrc CHECKPOINT_DISABLE=1
for folder in "${folders[@]}"; do
  echo "== $folder"
  (
    cd "$work/${folder#infra/}"
    terraform init -backend=false -input=false >/dev/null
    terraform validate -no-color
    terraform test -no-color
  )
done

checkov=$(command -v checkov || echo "$tools/../checkov/bin/checkov")
if [ -x "$checkov" ]; then
  echo "== checkov"
  "$checkov" --directory infra/oci/terraform --framework terraform --quiet --compact --skip-download
else
  echo "checkov: skipped: needs checkov"
fi
