# `make run` answers questions, `make test` runs the tests, `make check` does what CI does, `make wheel` builds the package.
# Stamps in .venv say what is installed: a second run installs nothing.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: run test lint check wheel bench-tools
.DELETE_ON_ERROR:

run: $(VENV)/.installed
	@$(BIN)/python scripts/run.py

test: $(VENV)/.developing
	$(BIN)/python -m pytest -q

lint: $(VENV)/.developing
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

check: lint test

wheel: $(VENV)/.developing
	$(BIN)/python -m build --wheel

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) install --quiet -c constraints.txt -e .
	@touch $@

# `pip install --group` came with pip 25.1, newer than what many Pythons bring.
$(VENV)/.developing: $(VENV)/.installed
	$(PIP) install --quiet --upgrade 'pip>=25.1'
	$(PIP) install --quiet -c constraints.txt --group dev
	@touch $@

bench-tools: $(VENV)/.developing
	$(PIP) install --quiet -c constraints.txt --group bench --group model
