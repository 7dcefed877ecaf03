# Two words for people, hooks and CI alike:
#   make demo   sets up .venv, runs `regulars demo`, says what was made and where
#   make test   sets up .venv, runs every check
# two for whoever installs it elsewhere:
#   make test-lowest   the fast lane and the demo on the lowest versions that pyproject.toml allows (Python 3.11)
#   make test-install  the demo from a wheel and from an sdist, in an empty environment with today's newest versions
# and for work on the code: make check (lint and the quick tests, within a minute), make lint, make docs,
# make lock, make clean; slow ones: make coverage (how often intervals hold, half an hour), make holdout-table (the
# lifetime models on holdouts), make how-good (the tables of docs/how-good.md, ten minutes; REGULARS_REAL_DATA names the
# folder of the logs), make worlds (campaigns in simulated shops, half an hour), make fuzz (100,000 damaged logs and exports,
# an hour and a half on one core).

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
LOWEST := .venv-lowest
PIP    := $(BIN)/python -m pip --disable-pip-version-check
# A lock is complete, so nothing is resolved: a resolver would look at releases that are newer than the lock.
LOCKED := --quiet --no-deps --require-hashes --requirement

export MLFLOW_DISABLE_TELEMETRY := true
# Compiled modules are kept, whatever the environment says: otherwise each worker and each command that a test starts
# compiles the package again, and pytest rewrites the assertions of all tests again.
unexport PYTHONDONTWRITEBYTECODE

LINTS := lint-style lint-types lint-imports lint-dependencies lint-spelling

.PHONY: demo picture check test test-lowest test-install lint $(LINTS) docs site dist lock benchmark coverage holdout-table how-good worlds fuzz clean

demo: $(VENV)/.run
	$(BIN)/regulars demo

# The workers share the cores already: one thread each fits a third faster than several that wait for each other. Where a
# test asks for several threads, those that have nothing to do sleep.
ONE_THREAD := OMP_NUM_THREADS=1 OMP_WAIT_POLICY=passive
WORKERS    := --numprocesses auto --dist loadgroup
PYTEST     := $(ONE_THREAD) $(BIN)/python -m pytest $(WORKERS)

# The fast lane, to run while you work.
check: lint
	$(PYTEST) --quiet -m "not slow and not medium"

# Lines are counted over all that is not slow; counting makes fits take twice as long.
test: lint
	$(PYTEST) -m "not slow" --cov --cov-report term:skip-covered
	$(PYTEST) -m slow --nbmake --nbmake-timeout 3600 tests src notebooks

# What is installed is the wheel, and what runs it stands in no folder of ours; the tests read the sources.
test-lowest: $(LOWEST)/.dev dist
	$(LOWEST)/bin/python -m pip --disable-pip-version-check install --quiet --no-deps --force-reinstall dist/*.whl
	$(LOWEST)/bin/python -m pip --disable-pip-version-check check
	elsewhere=$$(mktemp -d) && cd $$elsewhere && $(CURDIR)/$(LOWEST)/bin/regulars demo && rm -r $$elsewhere
	PYTHONPATH=src $(ONE_THREAD) $(LOWEST)/bin/python -m pytest $(WORKERS) --quiet -m "not slow"

# As `pipx install` does: an environment of its own, resolved on the day, its command called by its path from elsewhere.
test-install: dist
	set -e; elsewhere=$$(mktemp -d); trap 'rm -r $$elsewhere' EXIT; \
	for made in $(CURDIR)/dist/*.whl $(CURDIR)/dist/*.tar.gz; do \
	  $(PYTHON) -m venv --clear $$elsewhere/venv; \
	  $$elsewhere/venv/bin/python -m pip --disable-pip-version-check install --quiet $$made; \
	  $$elsewhere/venv/bin/python -m pip --disable-pip-version-check check; \
	  (cd $$elsewhere && venv/bin/regulars demo && rm -r demo); \
	done

# An sdist, and a wheel made from it: what the wheel lacks, the sdist lacked.
dist: $(VENV)/.run
	rm -rf dist
	$(BIN)/python -c 'from setuptools import build_meta; build_meta.build_sdist("dist")' > /dev/null
	$(PIP) wheel --quiet --no-deps --no-build-isolation --wheel-dir dist dist/*.tar.gz

# All at the same time; an old make, as on a Mac, mixes their lines.
lint: $(VENV)/.dev
	@$(MAKE) --no-print-directory --jobs $(if $(filter output-sync,$(.FEATURES)),--output-sync) $(LINTS)

lint-style:
	$(BIN)/ruff check
	$(BIN)/ruff format --check

lint-types:
	$(BIN)/mypy

lint-imports:
	$(BIN)/lint-imports

lint-dependencies:
	$(BIN)/deptry .

lint-spelling:
	$(BIN)/codespell

docs: $(VENV)/.dev
	$(BIN)/python -m regulars.dictionary > docs/data-dictionary.md
	$(BIN)/python -m regulars.glossary > docs/glossary.md
	$(BIN)/python -m regulars.definitions > docs/definitions.md

# The documentation as pages to look at, in site/; open site/index.html.
site: $(VENV)/.dev
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build

# Speed and memory beside rivals: make benchmark NAME=features ARGS="--rows 1000000"
benchmark: $(VENV)/.dev
	$(BIN)/python -m benchmarks $(NAME) $(ARGS)

# The README's picture: the first screen of the demo's report, drawn by Chromium.
picture: demo
	chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --window-size=1280,900 \
	  --screenshot=docs/pictures/report.png file://$(CURDIR)/demo/report.html

coverage: $(VENV)/.dev
	$(BIN)/python -m experiments.interval_coverage 200

holdout-table: $(VENV)/.dev
	$(BIN)/python -m experiments.lifetime_holdouts

worlds: $(VENV)/.dev
	$(BIN)/python -m experiments.retention_worlds 4
	$(BIN)/python -m experiments.measure_coverage 200
	$(BIN)/python -m experiments.few_controls

how-good: $(VENV)/.dev
	$(BIN)/python -m experiments.how_good

fuzz: $(VENV)/.dev
	$(BIN)/python -m tests.transactions.fuzz_job 100000

lock:
	uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --extra dev \
	  --group build pyproject.toml -o requirements-dev.lock
	uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate \
	  --group build -c requirements-dev.lock pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --extra dev \
	  --group build --resolution lowest-direct --upgrade --python-version 3.11 pyproject.toml -o requirements-lowest.lock

clean:
	rm -rf $(VENV) $(LOWEST) demo site build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .coverage* .hypothesis

$(VENV)/.new:
	@$(PYTHON) -c 'import sys; sys.exit(None if (3, 11) <= sys.version_info < (3, 14) else \
	  "regulars needs Python 3.11 to 3.13; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	@touch $@

# What running needs, by hash; then this project as it stands in the folder, built with the locked setuptools.
$(VENV)/.run: requirements.lock pyproject.toml | $(VENV)/.new
	@echo "Installing what regulars needs into $(VENV) (once, some two minutes) ..."
	$(PIP) install $(LOCKED) requirements.lock
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	$(PIP) check
	@touch $@

# pyspark, 456 MB, comes as sources alone: it is built with the locked setuptools, too, which is there by now.
$(VENV)/.dev: requirements-dev.lock $(VENV)/.run
	@echo "Installing what the checks need ..."
	$(PIP) install --no-build-isolation $(LOCKED) requirements-dev.lock
	$(PIP) check
	@touch $@

# Older releases have wheels for older versions of Python only.
$(LOWEST)/.dev: requirements-lowest.lock
	@$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info[:2] == (3, 11) else \
	  "The lowest versions are tested on Python 3.11; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.11 test-lowest")'
	$(PYTHON) -m venv --clear $(LOWEST)
	@echo "Installing the lowest versions into $(LOWEST) ..."
	$(LOWEST)/bin/python -m pip --disable-pip-version-check install $(LOCKED) requirements-lowest.lock
	@touch $@
