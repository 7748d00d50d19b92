# The doors for people. `make` alone lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
export PATH := $(CURDIR)/$(BIN):$(PATH)
unexport PYTHONDONTWRITEBYTECODE # tests start a hundred processes, which would read every module's source anew

.PHONY: drill-memory drill-github drill-supabase drill-vercel drill-terraform drill-compose drill-deploy drill-image drill-api drill-kill drill-killed-sync drill-laws help setup demo dev test check format reference docs screenshots bench lock
.DEFAULT_GOAL := help

help: ## list these targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

setup: $(STAMP) ## make .venv with every locked dependency

$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) scripts/check_python.py
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

demo: setup ## a demo person's weeks on http://localhost:3000
	$(BIN)/lifetracer demo

dev: setup ## the server with reload, on the embedded database
	$(BIN)/lifetracer up --reload

test: setup ## every test (real PostgreSQL, real dbt, real browser)
	@# Three processes keep two cores busy: now and then each waits for the children that it started.
	$(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder

check: setup ## format, lint, types, import contracts, dead code, models, names
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python scripts/check_dead_code.py
	$(BIN)/python scripts/check_models.py
	$(BIN)/deptry src
	$(BIN)/sqlfluff lint --nocolor supabase src/lifetracer/transform/models src/lifetracer/transform/tests

format: setup ## let ruff format and mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

reference: setup ## write the generated pages of docs/reference and .env.example
	$(BIN)/python scripts/reference.py

docs: setup ## the models, their columns and lineage as one page: build/docs/index.html
	$(BIN)/python scripts/model_docs.py

screenshots: setup ## every page, both languages and themes, three sizes: build/screenshots
	$(BIN)/python scripts/screenshots.py

bench: setup ## ratios against peers and limits
	$(BIN)/python -m benchmarks

drill-killed-sync: setup ## kill a sync at 100 random moments and compare
	KILLS=100 $(BIN)/pytest -s tests/connector/test_killed_sync.py

drill-kill: setup ## kill workers, children and servers 200 times while 300 jobs flow
	KILLS=200 JOBS=300 SEED=$${SEED:-$$(date +%s)} $(BIN)/pytest -s tests/jobs/test_drill_kill.py

drill-laws: setup ## the laws of time on hundreds of new lives
	LIVES=25 SEED=$${SEED:-$$(date +%s)} $(BIN)/pytest --timeout 3000 tests/transform/test_laws_properties.py

drill-api: setup ## thousands of made-up requests to every door of the API
	CASES=60 $(BIN)/pytest -s --timeout 3000 tests/server/test_openapi.py

drill-image: ## build the image, measure it, run the demo inside (Docker, or root on Debian)
	$(PYTHON) scripts/drill_image.py

drill-compose: ## every layout of containers: a sync in each, a worker killed in mid-job
	$(PYTHON) scripts/drill_compose.py

drill-memory: setup ## what server, worker, PostgreSQL and each stage hold at their highest
	$(BIN)/python scripts/drill_memory.py

drill-deploy: ## update under load, without a failed request; a bad version is taken back
	$(PYTHON) scripts/drill_deploy.py

drill-github: ## the server-less workflows in fresh containers, and how many minutes a month they take
	$(PYTHON) scripts/drill_github.py

drill-terraform: ## init, validate and test both Oracle layouts, without Oracle
	scripts/check_terraform.sh

drill-supabase: setup ## what the Supabase CLI says of the migrations
	scripts/check_supabase.sh

drill-vercel: setup ## build the console's function, and let the bundle answer
	scripts/check_vercel.sh

lock: setup ## pin the dependencies anew (needs uv)
	uv pip compile --quiet --universal --generate-hashes --all-extras --python-version 3.11 \
	  --no-strip-extras --no-emit-index-url --custom-compile-command "make lock" pyproject.toml --output-file requirements.lock
