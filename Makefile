# Two commands matter: `make demo` and `make test`. The environment builds itself.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

.PHONY: demo test check bench faults lock clean

demo: $(READY)
	@$(BIN)/arc demo

test: $(READY)
	$(BIN)/pytest -n 2 --dist loadfile

check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n 2 --dist loadfile

bench: $(READY)
	$(BIN)/python -m tests.bench

faults: $(READY)
	$(BIN)/python -m tests.faults

$(READY): locks/dev.txt pyproject.toml
	@echo "Building the environment in $(VENV) (once, about a minute) ..."
	@test -d $(VENV) || $(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install -qq --disable-pip-version-check --require-hashes -r locks/dev.txt
	@$(BIN)/pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# Needs uv. The lock files pin every package by hash and name no index.
lock:
	uv pip compile pyproject.toml --extra fast --universal --generate-hashes --no-emit-index-url --no-header -q -o locks/run.txt
	uv pip compile pyproject.toml --extra fast --group dev --universal --generate-hashes --no-emit-index-url --no-header -q -o locks/dev.txt

clean:
	rm -rf $(VENV) demo build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
