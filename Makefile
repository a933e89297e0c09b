# Everything that a developer or an operator of one machine runs. `make` alone tells what there is.

PYTHON ?= python3
BIN := .venv/bin
PACKAGES := -e libs/common -e services/ingest -e services/scoring -e services/engagement -e services/feedback -e cli
INSTALLED := .venv/.installed
TOOLS := .venv/.tools
SOURCES := libs/common/src services/ingest/src services/scoring/src services/engagement/src services/feedback/src cli/src
CHECKED := $(SOURCES) services/*/migrations tests bench chaos docs
MANIFESTS := constraints.txt $(wildcard pyproject.toml libs/*/pyproject.toml services/*/pyproject.toml cli/pyproject.toml)

.DEFAULT_GOAL := help
.PHONY: help run test unit lint format typecheck up down reset docs bench

help: ## show this list
	@grep -hE '^[a-z]+:.*## ' Makefile | sed -E 's/:[^#]*## /\t/' | expand -t 12

run: $(INSTALLED) ## start everything, load a real shop's year, show what it means; leaves the system running
	$(BIN)/python -m guanxi_cli.local.needs
	$(BIN)/guanxi up
	$(BIN)/guanxi demo

test: $(TOOLS) lint typecheck ## lint, types, architecture, and all tiers on real Kafka and PostgreSQL of their own
	$(BIN)/python -m guanxi_cli.local.needs
	$(BIN)/pytest tests/integration tests/contract tests/architecture tests/unit -n 2 --dist loadfile --no-loadscope-reorder
	$(BIN)/python -m tests.support.browser
	$(BIN)/pytest tests/e2e

unit: $(TOOLS) ## only the tier without sockets, in seconds
	$(BIN)/pytest tests/unit -n 2 --dist loadfile

lint: $(TOOLS) ## ruff, and the directions of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

format: $(TOOLS) ## let ruff rewrite what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

typecheck: $(TOOLS) ## mypy --strict on everything
	$(BIN)/mypy $(CHECKED)

up: $(INSTALLED) ## start the system, or what died of it
	$(BIN)/python -m guanxi_cli.local.needs
	$(BIN)/guanxi up

down: $(INSTALLED) ## stop exactly what `up` started
	$(BIN)/guanxi down

reset: $(INSTALLED) ## stop, and delete all local data after asking
	$(BIN)/guanxi reset

docs: $(TOOLS) ## write docs/events.md and docs/asyncapi.yaml from contracts/
	$(BIN)/python -m docs.generate_events
	$(BIN)/python -m docs.generate_asyncapi

bench: $(TOOLS) ## performance runs, each beside its baseline; one: python -m bench NAME
	$(BIN)/python -m guanxi_cli.local.needs
	$(BIN)/python -m bench all

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Guanxi needs Python 3.11 or newer: make PYTHON=python3.11")'
	$(PYTHON) -m venv .venv

$(INSTALLED): .venv/bin/python $(MANIFESTS)
	@echo "Installing Guanxi into .venv (about a minute the first time)."
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt $(PACKAGES)
	@touch $@

$(TOOLS): $(INSTALLED)
	@echo "Installing the tools of the tests into .venv."
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@
