# Two commands: `make run` mills the shipped sample, `make test` proves the checkout. Both set up .venv first.
# Nothing is needed but Python 3.11-3.13, make, and the package registry.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
export UV_PYTHON_DOWNLOADS := never
# Set in many containers; every process of a run or of the tests would compile 1,700 modules anew, 4 s each time.
unexport PYTHONDONTWRITEBYTECODE

# The first Python that fits; `make PYTHON=python3.12 setup` chooses another.
FITS := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	"$$p" -c '$(FITS)' 2>/dev/null && { echo "$$p"; break; }; done)
UV := $(shell uv --version >/dev/null 2>&1 && command -v uv || echo .tools/bin/uv)
BIN := .venv/bin

.PHONY: help setup run dev test test-all test-dbt lint bench lock clean

help: ## Show what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | column -t -s "$$(printf '\t')"

setup: .venv/.ready ## The environment in .venv, from the hash-pinned lock

run: setup ## Mill the shipped sample into ./warehouse
	$(BIN)/newsmill run

dev: setup ## The Dagster UI on ./warehouse, schedule and sensor on
	exec $(BIN)/newsmill dev

lint: setup ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

test: lint ## Lint, types and the everyday suite
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not slow"

test-all: lint ## And the slow tests
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

test-dbt: setup .venv-dbt/.ready ## The SQL folder built by dbt itself, and compared
	$(BIN)/pytest tests/dbt_like_sql -m ""

bench: setup ## The cost of every stage, a page; TABLE=bodies and the like for one of benchmarks/
	$(BIN)/python -m benchmarks$(if $(TABLE),.$(TABLE)) $(BENCH)

lock: $(UV) ## Resolve pyproject.toml into the lock files anew
	$(UV) pip compile -q --universal --generate-hashes --no-header --python-version 3.11 --group dev --extra search --extra excel pyproject.toml -o requirements.lock
	$(UV) pip compile -q --universal --generate-hashes --no-header --python-version 3.11 --extra dbt pyproject.toml -o requirements-dbt.lock

clean: ## Take away what was made, but the warehouse
	rm -rf .venv .venv-dbt .tools .pytest_cache .mypy_cache .ruff_cache .hypothesis

.venv/.ready: requirements.lock pyproject.toml | $(UV)
	@[ -n "$(PYTHON)" ] || { echo "newsmill needs Python 3.11, 3.12 or 3.13 on the PATH; or say make PYTHON=/path/to/python" >&2; exit 2; }
	$(UV) venv -q --allow-existing --python "$$("$(PYTHON)" -c 'import sys; print(sys.executable)')" .venv
	$(UV) pip sync -q --python .venv --require-hashes requirements.lock
	$(UV) pip install -q --python .venv --no-deps --no-build-isolation --editable .
	@touch $@

.venv-dbt/.ready: requirements-dbt.lock | $(UV)
	$(UV) venv -q --allow-existing --python .venv .venv-dbt
	$(UV) pip sync -q --python .venv-dbt --require-hashes requirements-dbt.lock
	@touch $@

.tools/bin/uv: requirements-uv.lock
	"$(PYTHON)" -m venv .tools
	.tools/bin/pip install -q --disable-pip-version-check --require-hashes -r requirements-uv.lock
	@touch $@
