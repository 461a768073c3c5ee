# Two commands for a fresh clone: make demo shows the workflow, make test runs the suite. Only Python 3.11 is needed.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
LOAD := $(VENV)/load/ready
SITE := $(VENV)/site/ready

.PHONY: demo test check docs pictures bench bench-quick bench-scale bench-hosts bench-workflows bench-contracts start-up \
	mutants lock clean

# Ctrl-C: the shell waits for the line that the script says. Then make ends too, without a line of its own.
demo:
	@trap : INT; $(PYTHON) docs/run_demo.py $(VENV) || test $$? -eq 130

test: $(READY) $(LOAD)
	$(BIN)/python -m pytest -n 2 --cov --cov-report=term

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Pages that are made from the code; the suite checks that they are up to date.
docs: $(READY)
	$(BIN)/python docs/generate.py

# The README's pictures of the console, taken in Chromium.
pictures: $(READY)
	$(BIN)/python docs/pictures/take.py

# Some ten minutes on an idle machine; benchmarks/README.md says how to read what comes out.
bench: $(READY)
	$(BIN)/python -m benchmarks --write benchmarks/results.md

# A minute or two, printed and not written: enough to see whether something has changed much.
bench-quick: $(READY)
	$(BIN)/python -m benchmarks --seconds 1 --warm-up 10 --rounds 1 --connections 1 --connections 8 \
		--history 0 --history 10000

# Some five minutes on an idle machine: databases and workers beside memory and WireMock.
bench-scale: $(READY)
	$(BIN)/python -m benchmarks.scale --write benchmarks/scale.md

# The documentation as a website, in build/site. A page or a link that is missing is an error.
.PHONY: docs-site
docs-site: $(SITE)
	NO_MKDOCS_2_WARNING=1 $(VENV)/site/bin/python -m mkdocs build --strict --config-file .mkdocs.yml

# Two hosts in network namespaces, behind a balancer, on one PostgreSQL. Needs root, and apt-get install haproxy.
bench-hosts: $(READY) $(LOAD)
	$(BIN)/python -m benchmarks.hosts

# Twenty minutes or more: deadlocks and double places are looked for in 100,000 workflows of 32 callers at two servers.
bench-workflows: $(READY)
	$(BIN)/python -m benchmarks.workflows

start-up: $(READY)
	$(BIN)/python -m benchmarks.start_up

bench-contracts: $(READY)
	$(BIN)/python -m benchmarks.contracts

# Some hours of processor time; Ctrl-C stops it, and it goes on when it is started again: docs/mutation.md.
mutants: build/mutation/mutants.json
	PYTHONHASHSEED=0 PYTHONPATH=build/mutation nice -n 19 $(BIN)/python -m tests.mutation.run $(MUTANTS)

build/mutation/mutants.json: $(READY) $(shell find simulator/drs_simulator -name '*.py') tests/mutation/make.py
	$(BIN)/python -m pip install --quiet mutmut==3.8.1
	$(BIN)/python -m tests.mutation.make

# Everything that was tried together, for development and CI.
lock: $(READY)
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --no-header --no-annotate --no-emit-index-url --upgrade \
		--extra contracts --extra sql --extra tls --group dev -o requirements-dev.lock pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --no-header --no-annotate --no-emit-index-url --upgrade \
		--group docs -o docs/requirements.lock

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis build/site dist

$(READY): pyproject.toml requirements-dev.lock
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.lock -e .
	touch $(READY)

# Locust has sockets of its own and a plugin for pytest, so that it is kept apart from what the suite runs in.
$(LOAD): $(READY)
	$(PYTHON) -m venv $(VENV)/load
	$(VENV)/load/bin/python -m pip install --quiet --disable-pip-version-check locust==2.47.0
	touch $(LOAD)

# MkDocs reads the sources and imports none of them, so that the site needs neither the packages nor what they need.
$(SITE): docs/requirements.lock
	$(PYTHON) -m venv $(VENV)/site
	$(VENV)/site/bin/python -m pip install --quiet --disable-pip-version-check -r docs/requirements.lock
	touch $(SITE)
