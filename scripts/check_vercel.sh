#!/usr/bin/env bash
# Build the console's function as Vercel does, and let the bundle answer: check_vercel.sh
# Needs npm and python3.12 and, once, the CLI; nothing is sent anywhere. What this cannot tell: Vercel itself.
set -euo pipefail
cd "$(dirname "$0")/.."
tools=${LIFETRACER_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/lifetracer-tools}/vercel
for tool in npm python3.12; do
  "$tool" --version >/dev/null 2>&1 || { echo "skipped: needs $tool"; exit 0; } # a shim may be there without its program
done
if [ ! -x "$tools/node_modules/.bin/vercel" ]; then
  mkdir -p "$tools"
  (cd "$tools" && npm install --silent --no-fund --no-audit vercel@48 >/dev/null && python3.12 -m venv venv && venv/bin/pip install --quiet uv)
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
git ls-files -z --cached --others --exclude-standard src supabase infra/vercel pyproject.toml README.md LICENSE |
  while IFS= read -r -d '' file; do [ ! -f "$file" ] || cp --parents "$file" "$work"; done
cd "$work/infra/vercel"
mkdir -p .vercel
echo '{"projectId": "p", "orgId": "o", "settings": {}}' >.vercel/project.json
PATH=$tools/venv/bin:$PATH UV_PYTHON=3.12 "$tools/node_modules/.bin/vercel" build --yes --token none --scope o >"$work/log" 2>&1 ||
  { tail -30 "$work/log"; exit 1; }
python3.12 - <<'PY'
import json, os, pathlib, shutil, subprocess, sys
made = json.load(open(".vercel/output/functions/api/index.func/.vc-config.json"))
files = made["filePathMap"]
size = sum(os.path.getsize(path) for path in files.values())
bundle = pathlib.Path("bundle")
for name, path in files.items():
    (bundle / name).parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(path, bundle / name)
print(f"bundle {size / 1e6:.0f} MB of 250, {len(files)} files, {made['runtime']}")
assert size < 250e6
assert not [name for name in files if os.path.basename(name).startswith(".env") or name.endswith(".key")]
ask = """
import asyncio, sys
sys.path[:0] = ["_vendor", "api"]
import index
async def main():
    said = []
    async def send(message): said.append(message)
    async def receive(): return {"type": "http.request", "body": b"", "more_body": False}
    scope = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "https",
        "path": sys.argv[1], "raw_path": sys.argv[1].encode(), "query_string": b"", "root_path": "",
        "headers": [(b"host", b"life.example.org"), (b"authorization", b"Bearer " + sys.argv[2].encode())],
        "client": ("203.0.113.9", 1), "server": ("life.example.org", 443)}
    await index.app(scope, receive, send)
    print(said[0]["status"], b"".join(m.get("body", b"") for m in said[1:])[:4000].decode())
asyncio.run(main())
"""
environ = {"PATH": os.environ["PATH"], "VERCEL_ENV": "production", "HOME": os.getcwd(), "LIFETRACER_HOME": os.getcwd(),
    **{name: value for name, value in os.environ.items() if name in ("DATABASE_URL", "LIFETRACER_SECRET_KEY", "LIFETRACER_ACCESS_TOKEN")}}
paths = ["/health", "/sign-in", "/", "/data", "/jobs", "/api/jobs"] if "DATABASE_URL" in environ else ["/"]
for path in paths:
    told = subprocess.run([sys.executable, "-c", ask, path, environ.get("LIFETRACER_ACCESS_TOKEN", "")], cwd=bundle,
        env=environ, capture_output=True, text=True)
    status, _, body = told.stdout.partition(" ")
    print("ok     " if status in ("200", "303") or "DATABASE_URL" not in environ and status == "503" else "FAILED ", path, status, body[:80].replace("\n", " "), told.stderr[-600:])
    assert status, told.stderr
PY
