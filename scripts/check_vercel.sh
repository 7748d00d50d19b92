#!/usr/bin/env bash
# Build the console's function as Vercel does, and let the bundle answer: check_vercel.sh
# On a PostgreSQL 15 of its own that `lifetracer migrate` made ready, behind PgBouncer in transaction mode on port 6543, as
# Supabase's pooler is. Needs npm, python3.12, Debian's postgresql-15 and pgbouncer and, once, the CLI; nothing is sent
# anywhere. What this cannot tell: Vercel itself.
set -euo pipefail
cd "$(dirname "$0")/.."
tools=${LIFETRACER_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/lifetracer-tools}/vercel
for folder in "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.12*/bin; do
  [ ! -d "$folder" ] || PATH=$folder:$PATH # its shim works only where that version was chosen
done
for tool in npm python3.12; do
  "$tool" --version >/dev/null 2>&1 || { echo "skipped: needs $tool"; exit 0; }
done
if [ ! -x "$tools/node_modules/.bin/vercel" ]; then
  mkdir -p "$tools"
  (cd "$tools" && npm install --silent --no-fund --no-audit vercel@48 >/dev/null && python3.12 -m venv venv && venv/bin/pip install --quiet uv)
fi
binaries=/usr/lib/postgresql/15/bin
python=${PYTHON:-.venv/bin/python}
if [ ! -x $binaries/postgres ] || ! command -v pgbouncer >/dev/null; then
  echo "skipped: needs postgresql-15 and pgbouncer"
  exit 0
fi
work=$(mktemp -d)
chmod 755 "$work"
as=()
[ "$(id -u)" != 0 ] || { as=(setpriv --reuid=postgres --regid=postgres --init-groups); install -d -o postgres "$work/pg"; }
mkdir -p "$work/pg"
end() {
  [ ! -f "$work/pg/pooler.pid" ] || kill "$(cat "$work/pg/pooler.pid")" || true
  "${as[@]}" $binaries/pg_ctl -D "$work/pg/data" -m immediate stop >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap end EXIT
port=$($python -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"${as[@]}" $binaries/initdb --pgdata="$work/pg/data" --username=postgres --auth=trust >/dev/null
"${as[@]}" $binaries/pg_ctl -D "$work/pg/data" -w -o "-p $port -c listen_addresses=127.0.0.1 -k $work/pg" -l "$work/pg/log" start >/dev/null
echo '"postgres" "x"' >"$work/pg/users"
cat >"$work/pg/pooler.ini" <<INI
[databases]
* = host=127.0.0.1 port=$port
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = 6543
unix_socket_dir =
auth_type = trust
auth_file = $work/pg/users
pool_mode = transaction
pidfile = $work/pg/pooler.pid
logfile = $work/pg/pooler.log
ignore_startup_parameters = extra_float_digits
INI
LIFETRACER_SECRET_KEY=$($python -m lifetracer rotate-key --print-new)
LIFETRACER_ACCESS_TOKEN=a-token-for-the-drill-alone
export LIFETRACER_SECRET_KEY LIFETRACER_ACCESS_TOKEN
DATABASE_URL=postgresql://postgres:x@127.0.0.1:$port/postgres LIFETRACER_HOME=$work/home $python -m lifetracer migrate >/dev/null
"${as[@]}" pgbouncer --daemon --quiet "$work/pg/pooler.ini"
export DATABASE_URL=postgresql://postgres:x@127.0.0.1:6543/postgres

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
said = {"VERCEL_ENV": "production", "HOME": os.getcwd(), "LIFETRACER_HOME": os.getcwd()}
environ = {name: os.environ[name] for name in ("PATH", "LIFETRACER_SECRET_KEY", "LIFETRACER_ACCESS_TOKEN")} | said
wrong = 0
def claim(path, token, expected, **more):
    global wrong
    told = subprocess.run([sys.executable, "-c", ask, path, token], cwd=bundle, env=environ | more, capture_output=True, text=True)
    status, _, body = told.stdout.partition(" ")
    wrong += status not in expected
    shown = " ".join(body.split())[:70] if status in expected else body[:600] + told.stderr[-600:]
    print("ok     " if status in expected else "FAILED ", path, status, shown)
token, database = environ["LIFETRACER_ACCESS_TOKEN"], os.environ["DATABASE_URL"]
for path in ("/health", "/sign-in", "/", "/week", "/targets", "/data", "/jobs", "/api/jobs", "/api/targets"):
    claim(path, token, ("200", "303"), DATABASE_URL=database)
claim("/api/jobs", "", ("401",), DATABASE_URL=database)
claim("/", token, ("503",))
claim("/", token, ("503",), DATABASE_URL=database, VERCEL_ENV="preview")
sys.exit(1 if wrong else 0)
PY
