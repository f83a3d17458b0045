# `make run` processes the shipped sample; `make test` runs lint, type check and tests. Both set up .venv first.
# Requirements: Python 3.11-3.13, make, and the package registry.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
export UV_PYTHON_DOWNLOADS := never
# Set in many containers. Without bytecode every process compiles 1,700 modules again, 4 s each time.
unexport PYTHONDONTWRITEBYTECODE

# The first supported Python; `make PYTHON=python3.12 setup` chooses another.
FITS := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	"$$p" -c '$(FITS)' 2>/dev/null && { echo "$$p"; break; }; done)
UV := $(shell uv --version >/dev/null 2>&1 && command -v uv || echo .tools/bin/uv)
BIN := .venv/bin

.PHONY: help setup run dev test test-all test-faults test-dbt lint bench bench-runs bench-peer bench-growth lock clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | column -t -s "$$(printf '\t')"

setup: .venv/.ready ## Create the environment in .venv from the hash-pinned lock

run: setup ## Process the shipped sample into ./warehouse
	$(BIN)/newsmill run --sample

dev: setup ## Start the Dagster UI on ./warehouse with schedule and sensor
	exec $(BIN)/newsmill dev

lint: setup ## Run ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

test: lint ## Run lint, type check and the everyday tests; print the coverage
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not slow" --cov --cov-report term

test-all: lint ## Run all tests, the slow ones too
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

test-faults: setup ## Cause faults on purpose; writes docs/reliability.md; NAMES="kills signals" runs some
	PYTHONPATH=tests $(BIN)/python -m faults $(NAMES)

test-dbt: setup .venv-dbt/.ready ## Build the SQL folder with dbt itself and compare the tables
	$(BIN)/pytest tests/dbt_like_sql -m ""

bench: setup ## Measure the cost per page of each stage; TABLE=bodies runs benchmarks/bodies.py
	$(BIN)/python -m benchmarks$(if $(TABLE),.$(TABLE)) $(BENCH)

bench-runs: setup ## Measure whole runs and commands; writes docs/benchmarks.md; BENCH="--pages DIR" measures other pages
	$(BIN)/python -m benchmarks.runs $(BENCH)

bench-peer: setup .venv-peer/.ready ## Measure the same pages in newsmill and datatrove; writes docs/benchmarks.md
	$(BIN)/python -m benchmarks.runs.peer $(BENCH)

bench-growth: setup ## Measure a daily run on 1,000, 10,000 and 100,000 stored pages; writes docs/benchmarks.md
	$(BIN)/python -m benchmarks.runs.growth $(BENCH)

lock: $(UV) ## Resolve pyproject.toml into the lock files
	$(UV) pip compile -q --universal --generate-hashes --no-header --python-version 3.11 --group dev --extra search --extra excel pyproject.toml -o requirements.lock
	$(UV) pip compile -q --universal --generate-hashes --no-header --python-version 3.11 --extra dbt pyproject.toml -o requirements-dbt.lock
	$(UV) pip compile -q --universal --generate-hashes --no-header --python-version 3.11 --group peer --no-emit-package fasttext-predict --no-emit-package fasttext-predict-v2 -o requirements-peer.lock

clean: ## Remove everything that make created, except the warehouse
	rm -rf .venv .venv-dbt .venv-peer .tools .pytest_cache .mypy_cache .ruff_cache .hypothesis

.venv/.ready: requirements.lock pyproject.toml | $(UV)
	@[ -n "$(PYTHON)" ] || { echo "newsmill needs Python 3.11, 3.12 or 3.13 on the PATH; or run make PYTHON=/path/to/python" >&2; exit 2; }
	$(UV) venv -q --allow-existing --python "$$("$(PYTHON)" -c 'import sys; print(sys.executable)')" .venv
	$(UV) pip sync -q --compile-bytecode --python .venv --require-hashes requirements.lock
	$(UV) pip install -q --python .venv --no-deps --no-build-isolation --editable .
	.venv/bin/python -m compileall -q newsmill assets pipelines
	.venv/bin/python -m newsmill.warm_up
	@touch $@

.venv-dbt/.ready: requirements-dbt.lock | $(UV)
	$(UV) venv -q --allow-existing --python .venv .venv-dbt
	$(UV) pip sync -q --python .venv-dbt --require-hashes requirements-dbt.lock
	@touch $@

.venv-peer/.ready: requirements-peer.lock | $(UV)
	$(UV) venv -q --allow-existing --python .venv .venv-peer
	$(UV) pip sync -q --compile-bytecode --python .venv-peer --require-hashes requirements-peer.lock
	@touch $@

.tools/bin/uv: requirements-uv.lock
	"$(PYTHON)" -m venv .tools
	.tools/bin/pip install -q --disable-pip-version-check --require-hashes -r requirements-uv.lock
	@touch $@
