# Everything is done in an environment of its own, .venv, which the first target makes by itself.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help install study test test-slow lint mutation docs docs-data site-test bench check clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(STAMP): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Sheffer needs Python 3.11 or newer; set PYTHON=python3.11" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[nas,proofs,test,lint,docs]'
	@touch $@

install: $(STAMP) ## make .venv and install Sheffer with all its extras in it

study: $(STAMP) ## exact optima and heuristics side by side, on real input (under 3 minutes)
	$(BIN)/sheffer compare --suite study --out results/study

test: $(STAMP) ## run the quick tests
	$(BIN)/python -m pytest

test-slow: $(STAMP) ## run the long tests too
	$(BIN)/python -m pytest -m 'slow or not slow'

lint: $(STAMP) ## style, types and the direction of the imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

mutation: $(STAMP) ## mutate the checking code and count what the tests notice; by hand, hours
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[mutation]'
	$(BIN)/python -m tests.mutation

docs: $(STAMP) ## build the documentation, strictly
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

docs-data: $(STAMP) ## make the runs anew that the documentation recomputes its league from
	PYTHONPATH=docs $(BIN)/python -m _building.committed --write

site-test: docs ## open every page of the built documentation in headless Chromium
	SHEFFER_SITE=site $(BIN)/python -m pytest -m slow tests/test_site.py

bench: $(STAMP) ## print the measured figures
	$(BIN)/python -m benchmarks

check: ## everything CI runs
	bash .ci/run

clean: ## remove the environment and all that was generated
	rm -rf $(VENV) build dist site results *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
