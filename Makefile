# Everything runs in .venv, installed from requirements.lock with its hashes checked.
PYTHON ?= python3.11
PYTHON := $(shell command -v $(PYTHON) || command -v python3)
BIN := .venv/bin
PORT ?= 8321
DATA ?=
MINUTES ?= 120
SCHEDULES ?= 20000
KILLS ?= 1500

.PHONY: demo test lint bench soak story lock clean

demo: .venv/installed
	$(BIN)/sidenote demo

test: .venv/installed
	$(BIN)/python -m pytest -n auto

lint: .venv/installed
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: .venv/installed
	$(BIN)/python -m tests.bench $(if $(DATA),--data $(DATA))

# Simulated schedules, then real processes that are killed; each half ends at its number, or when
# its share of the minutes is up. Ends with 1 if anything was wrong.
soak: .venv/installed
	$(BIN)/python -m tests.soak --minutes $(MINUTES) --schedules $(SCHEDULES) --kills $(KILLS)

# Three months of a team in minutes: a topic earns its certificate, sends, and is taken back.
story: .venv/installed
	$(BIN)/python -m tests.three_months

# pip compiles what it installs; our own modules are compiled here, so the first start is quick too.
.venv/installed: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Sidenote needs Python 3.11 or newer; name one: make PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	$(BIN)/python -m compileall -q agent
	touch .venv/installed

# Needs uv. uv.lock names the registry it read, so only the export without addresses is kept.
lock:
	uv lock
	uv export --quiet --format requirements-txt --all-groups --no-emit-project --no-header -o requirements.lock

clean:
	rm -rf .venv dist build
