# The contracts: install, demo [PORT=8080], test. None leaves the work tree dirty.
PORT ?= 8080
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -q

.PHONY: install install-dev demo test drill lint types content rules schema lock clean

install: .venv/.installed

.venv/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Own Steps needs Python 3.11 or newer; this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

install-dev: .venv/.installed-dev

.venv/.installed-dev: requirements-dev.lock .venv/.installed
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

demo: install
	@exec $(BIN)/ownsteps demo --port $(PORT)

lint: install-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: install-dev
	$(BIN)/mypy

content: install-dev
	$(BIN)/ownsteps check

# Kills under traffic, by hand: make drill KILLS=50 SEED=1
KILLS ?= 50
SEED ?= 1
drill: install-dev
	$(BIN)/python -m tests.drill --kills $(KILLS) --seed $(SEED) --database sqlite
	$(BIN)/python -m tests.drill --kills $(KILLS) --seed $(SEED) --database postgresql

rules: install-dev
	$(BIN)/python tools/safety_rules.py
	$(BIN)/python tools/principles.py

schema: install-dev
	$(BIN)/python tools/editor_schema.py

test: install-dev lint types content
	$(BIN)/pytest -n 2

lock:
	tools/lock.sh

clean:
	rm -rf .venv var dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
