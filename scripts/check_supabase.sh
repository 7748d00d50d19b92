#!/usr/bin/env bash
# What the Supabase CLI says of supabase/: push from zero, lint, advisors; then `lifetracer migrate`, and both again.
# On a plain PostgreSQL 15 of its own with stand-ins for Supabase's roles. Needs Debian's postgresql-15 and
# postgresql-15-plpgsql-check, and npm (once, for the CLI). What this cannot tell: Supabase's own services.
set -euo pipefail
cd "$(dirname "$0")/.."
binaries=/usr/lib/postgresql/15/bin
tools=${LIFETRACER_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/lifetracer-tools}/supabase
python=${PYTHON:-.venv/bin/python}
if [ ! -x $binaries/postgres ] || [ ! -e /usr/share/postgresql/15/extension/plpgsql_check.control ]; then
  echo "skipped: needs postgresql-15 and postgresql-15-plpgsql-check"
  exit 0
fi
if [ ! -x "$tools/node_modules/.bin/supabase" ]; then
  command -v npm >/dev/null || { echo "skipped: needs npm"; exit 0; }
  mkdir -p "$tools"
  (cd "$tools" && npm install --silent --no-fund --no-audit supabase@3 >/dev/null)
fi

work=$(mktemp -d)
chmod 755 "$work"
as=()
[ "$(id -u)" != 0 ] || { as=(setpriv --reuid=postgres --regid=postgres --init-groups); chown postgres "$work"; }
trap '"${as[@]}" $binaries/pg_ctl -D "$work/data" -m immediate stop >/dev/null 2>&1 || true; rm -rf "$work"' EXIT
port=$($python -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
(cd "$work" && echo secret >password && chmod 644 password)
"${as[@]}" $binaries/initdb --pgdata="$work/data" --username=postgres --pwfile="$work/password" --auth=scram-sha-256 >/dev/null
"${as[@]}" $binaries/pg_ctl -D "$work/data" -w -o "-p $port -c listen_addresses=127.0.0.1 -k $work" -l "$work/log" start >/dev/null
export PGPASSWORD=secret
url=postgresql://postgres:secret@127.0.0.1:$port/postgres
psql() { $binaries/psql --quiet --no-psqlrc --set ON_ERROR_STOP=1 "$url" "$@"; }
psql <<'SQL'
create role anon nologin;
create role authenticated nologin;
create role service_role nologin bypassrls;
create role authenticator noinherit login;
grant anon, authenticated, service_role to authenticator;
create schema auth;
create function auth.uid() returns uuid language sql stable as
$$ select (nullif(current_setting('request.jwt.claims', true), '')::json ->> 'sub')::uuid $$;
grant usage on schema auth to anon, authenticated, service_role;
create extension plpgsql_check; -- for the linter, which looks for it in public
SQL

supabase() { "$tools/node_modules/.bin/supabase" --workdir "$work/project" "$@"; }
mkdir -p "$work/project"
cp -r supabase "$work/project/"
failed=0
claim() { # what, expected, found
  if [ "$2" = "$3" ]; then echo "ok      $1"; else
    echo "FAILED  $1: $3"
    failed=1
  fi
}
tables() { psql --tuples-only --no-align -c "select schemaname || '.' || tablename from pg_tables where schemaname !~ '^pg_|information_schema'" | sort; }
# Two kinds of findings are no findings: a function whose body was parsed when it was made (`return …`, `begin atomic`)
# looks nothing up by the search path, and setting one would keep it from being inlined; and an OUT column that comes
# from `return query execute` is one that the linter says it cannot see.
bound=$work/bound
findings() { python3 -c '
import json, sys
bound = set(open(sys.argv[1]).read().split())
text = sys.stdin.read()
start = min((text.find(c) for c in "[{" if c in text), default=-1)
told = json.loads(text[start:]) if start >= 0 else []
told = told if isinstance(told, list) else told.get("lints", told.get("results", []))
found = []
for one in told:
    if one.get("name") == "function_search_path_mutable" and one["detail"].split("`")[1] in bound:
        continue
    one["issues"] = [i for i in one.get("issues", []) if "result of dynamic SQL" not in i.get("detail", "")]
    if one["issues"] or "name" in one:
        found.append(one)
print(len(found))
for one in found:
    print(json.dumps(one)[:400], file=sys.stderr)' "$bound"; }

supabase db push --remote="$url" --yes </dev/null >"$work/push" 2>&1 || { cat "$work/push"; exit 1; }
claim "db push from zero applies every migration" "$(find supabase/migrations -name '*.sql' | wc -l)" \
  "$(psql --tuples-only --no-align -c 'select count(*) from supabase_migrations.schema_migrations')"
psql --tuples-only --no-align -c "select pronamespace::regnamespace || '.' || proname from pg_proc where prosqlbody is not null
  and pronamespace::regnamespace::text !~ '^pg_|information_schema'" >"$bound"
supabase db lint --remote="$url" --level warning --output json >"$work/lint" 2>"$work/lint.log" || cat "$work/lint.log"
claim "db lint finds nothing" 0 "$(findings <"$work/lint")"
psql -c "drop extension plpgsql_check"
supabase db advisors --remote="$url" --output json >"$work/advice" 2>"$work/advice.log" || cat "$work/advice.log"
claim "db advisors finds nothing" 0 "$(findings <"$work/advice")"
LIFETRACER_SECRET_KEY=$($python -m lifetracer rotate-key --print-new)
export LIFETRACER_SECRET_KEY
tables >"$work/pushed"
DATABASE_URL=$url LIFETRACER_HOME=$work/home $python -m lifetracer migrate >"$work/migrated"
tables | comm -13 "$work/pushed" - >"$work/added"
claim "lifetracer migrate adds the queue and the raw tables, no more" "" "$(grep -vE '^(queue|raw)\.' "$work/added" | tr '\n' ' ')"
claim "…and it adds them" yes "$(grep -qE '^raw\.' "$work/added" && echo yes)"
claim "lifetracer migrate, again, does nothing" "The database is up to date." \
  "$(DATABASE_URL=$url LIFETRACER_HOME=$work/home $python -m lifetracer migrate)"
again=$(supabase db push --remote="$url" --yes </dev/null 2>&1)
claim "db push, again, does nothing" yes "$(grep -qi 'up to date' <<<"$again" && echo yes || echo "$again")"
psql -c 'create database other' -c 'grant all on database other to postgres'
other=${url%/postgres}/other
DATABASE_URL=$other LIFETRACER_HOME=$work/home2 $python -m lifetracer migrate >/dev/null
again=$(supabase db push --remote="$other" --yes </dev/null 2>&1)
claim "db push after lifetracer migrate does nothing" yes "$(grep -qi 'up to date' <<<"$again" && echo yes || echo "$again")"
exit $failed
