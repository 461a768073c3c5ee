# Two commands for a fresh clone: make demo shows the workflow, make test runs the suite. Only python3 is needed.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready

.PHONY: demo test check docs bench bench-quick start-up lock clean

demo: $(READY)
	$(BIN)/python docs/demo.py

test: $(READY)
	$(BIN)/python -m pytest -n 2 --cov --cov-report=term

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Pages that are made from the code; the suite checks that they are up to date.
docs: $(READY)
	$(BIN)/python docs/generate.py

# Some ten minutes on an idle machine; benchmarks/README.md says how to read what comes out.
bench: $(READY)
	$(BIN)/python -m benchmarks --write benchmarks/results.md

# A minute or two, printed and not written: enough to see whether something has changed much.
bench-quick: $(READY)
	$(BIN)/python -m benchmarks --seconds 1 --warm-up 10 --rounds 1 --connections 1 --connections 8 \
		--history 0 --history 10000

start-up: $(READY)
	$(BIN)/python -m benchmarks.start_up

# Everything that was tried together, for development and CI.
lock: $(READY)
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --no-header --no-annotate --no-emit-index-url --upgrade \
		--extra contracts --extra sql --extra tls --group dev -o requirements-dev.lock pyproject.toml

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis dist

$(READY): pyproject.toml requirements-dev.lock
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.lock -e .
	touch $(READY)
