# Needs only python3 (3.11 or newer, with venv) and make.  `make` alone prints this help.
PYTHON ?= python3
BIN := .venv/bin
BIND ?= 127.0.0.1:8000
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.DEFAULT_GOAL := help
.PHONY: help setup run test check format bench screenshots messages lock clean

help: ## Show this help
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.venv/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11 run"; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "python3 lacks venv: install the package python3-venv and try again"; exit 1; }
	@touch $@

.venv/.runtime: .venv/.made requirements.txt
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.txt
	@touch $@

.venv/.dev: .venv/.made requirements-dev.txt
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.txt
	@touch $@ .venv/.runtime

setup: .venv/.runtime ## Make the environment and prepare the database
	$(BIN)/python manage.py migrate --verbosity 0
	$(BIN)/python manage.py load_sample --if-new

run: setup ## Start the portal with sample data: web, worker and beat in one (BIND=127.0.0.1:8000)
	@$(BIN)/python manage.py serve --bind $(BIND)

test: .venv/.dev ## Run the whole test suite
	$(BIN)/python -m pytest -n auto --dist worksteal

check: .venv/.dev ## Lint, types, migrations, system checks
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py check

format: .venv/.dev ## Format the code
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

bench: .venv/.dev ## Run the benchmarks beside their peers (ratios, never a gate)
	$(BIN)/python -m bench.worktime.run
	$(BIN)/python -m bench.search.run
	$(BIN)/python -m bench.sla.run
	$(BIN)/python -m bench.billing.usage.run
	$(BIN)/python -m bench.billing.rating.run
	$(BIN)/python -m bench.billing.pdfs.run

screenshots: .venv/.dev ## Draw every page in both languages, wide and phone, into screenshots/ (needs Chromium)
	$(BIN)/python -m tests.e2e.screenshots

messages: .venv/.dev ## Collect and compile the translations (needs gettext)
	$(BIN)/python manage.py makemessages -l en --no-location --no-obsolete --ignore .venv --ignore var --ignore tests
	$(BIN)/python manage.py compilemessages -l en

lock: .venv/.dev ## Write the pinned requirements anew from pyproject.toml
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv export -q --no-default-groups --format requirements-txt --no-header -o requirements.txt
	$(BIN)/uv export -q --no-default-groups --extra postgres --extra redis --format requirements-txt --no-header -o requirements-server.txt
	$(BIN)/uv export -q --group dev --format requirements-txt --no-header -o requirements-dev.txt
	$(BIN)/uv export -q --group dev --group services --format requirements-txt --no-header -o requirements-ci.txt
	@rm -f uv.lock

clean: ## Remove the environment and caches; the data under var/ stays
	rm -rf .venv .mypy_cache .ruff_cache .hypothesis screenshots
