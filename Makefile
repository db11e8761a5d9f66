# Two commands are enough: `make run` sets everything up and serves, `make test` sets everything up and tests.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
PYTEST := $(BIN)/python -m pytest --numprocesses 2 --dist loadfile $(if $(SLOW),-p tests.slow)
PYTEST_ARGS ?=
# Each half alone is under the floor; and where no file can be written, coverage's own cannot either.
MEASURED := --cov --cov-report= --cov-fail-under=0 --ignore tests/faults/test_disk.py

.DEFAULT_GOAL := help
.PHONY: run test coverage lint bench faults sabotage reproduce screenshots help

run: $(VENV)/.run ## set up, serve on 127.0.0.1:8000, open the browser
	$(BIN)/elboard serve --port $(PORT) --open

test: $(VENV)/.test ## set up, then run every test, the browser's included; SLOW=1: with everything in the background late
	$(PYTEST) $(PYTEST_ARGS) --ignore tests/browser
	CHROMIUM="$$(sh tests/browser/find_chromium.sh $(BIN))" $(PYTEST) $(PYTEST_ARGS) tests/browser

coverage: $(VENV)/.test ## run every test and measure the lines and branches that they reach
	$(PYTEST) $(PYTEST_ARGS) $(MEASURED) --ignore tests/browser
	CHROMIUM="$$(sh tests/browser/find_chromium.sh $(BIN))" $(PYTEST) $(PYTEST_ARGS) $(MEASURED) --cov-append tests/browser
	$(BIN)/python -m coverage report

lint: $(VENV)/.test $(VENV)/.lint ## style and types, the scripts' included
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/oxlint --config tools/javascript/oxlint.json --deny-warnings --report-unused-disable-directives static/js
	tools/javascript/node_modules/.bin/tsc --project tools/javascript

faults: $(VENV)/.test ## a hundred SIGKILLs, a full disk, a locked database, a thousand runs in line, a sweep; then a look (an hour)
	$(BIN)/python -m tests.faults.disk
	$(BIN)/python -m tests.faults.locked 10
	$(BIN)/python -m tests.faults.storm 100
	$(BIN)/python -m tests.faults.queue 1000
	$(BIN)/python -m tests.faults.sweep 40 3

sabotage: $(VENV)/.test ## break six promises on purpose, one at a time, and see that the tests notice (five minutes)
	$(BIN)/python -m tests.faults.sabotage

reproduce: $(VENV)/.test ## train the published runs and print our numbers beside theirs (half an hour)
	$(BIN)/python -m benchmarks.reproduce

bench: $(VENV)/.test ## measure everything, the peers beside us, into benchmarks/RESULTS.md; run it alone (forty minutes)
	CHROMIUM="$$(sh tests/browser/find_chromium.sh $(BIN))" $(BIN)/python -m benchmarks.report benchmarks/RESULTS.md

screenshots: $(VENV)/.test ## draw the README's pictures from real runs
	CHROMIUM="$$(sh tests/browser/find_chromium.sh $(BIN))" $(BIN)/python -m docs.screenshots

help: ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | awk -F'\t' '{printf "make %-12s %s\n", $$1, $$2}'

$(VENV)/.run: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.test: $(VENV)/.run
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[test,dev]'
	@touch $@

$(VENV)/.lint: $(VENV)/.run tools/javascript/package-lock.json
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[javascript]'
	npm ci --prefix tools/javascript --silent --no-audit --no-fund
	@touch $@
