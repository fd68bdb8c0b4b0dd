# make demo   see it work: own mail server, own certificates, a delivered message
# make test   everything that CI runs, but for real servers that are not installed here (.ci/run installs them)
# make coverage   the same, and which branches the tests reach: takes twice the time

PYTHON ?= python3
PYTEST_ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
APP := $(VENV)/app.stamp
DEV := $(VENV)/dev.stamp
SOURCES := $(shell find kmconfig schema -type f -not -name '*.pyc')

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore

.DELETE_ON_ERROR:
.PHONY: demo test coverage lint docs docs-site fmt bench venv clean

# The development install is editable, so where it exists it is always current.
demo: $(if $(wildcard $(DEV)),$(DEV),$(APP))
	@$(BIN)/kmconfig demo

test: lint
	$(BIN)/python -m pytest -n auto --dist worksteal $(PYTEST_ARGS)

coverage: PYTEST_ARGS += --cov=kmconfig --cov-branch --cov-report=term:skip-covered --cov-fail-under=90
coverage: test

lint: $(DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python docs/build.py --check

docs: $(DEV)
	$(BIN)/python docs/build.py

docs-site: $(DEV)
	$(BIN)/pip install --quiet --editable '.[docs]'
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --config-file docs/site/mkdocs.yml

fmt: $(DEV)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(DEV)
	$(BIN)/pip install --quiet --editable '.[bench]'
	$(BIN)/python -m benchmarks

venv: $(DEV)

clean:
	rm -rf $(VENV) build dist htmlcov .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find kmconfig tests benchmarks -type d -name __pycache__ -prune -exec rm -rf {} +

$(APP): pyproject.toml $(SOURCES) | $(BIN)/pip
	$(BIN)/pip install --quiet .
	@touch $@

$(DEV): pyproject.toml | $(BIN)/pip
	$(BIN)/pip install --quiet --editable '.[dev,docs]'
	@touch $@

$(BIN)/pip:
	@command -v $(PYTHON) >/dev/null || { \
	  echo "$(PYTHON) not found: install Python 3.11 or newer (Debian: apt-get install python3 python3-venv)" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "kmconfig needs Python 3.11 or newer, and $(PYTHON) is $$($(PYTHON) -V 2>&1): try make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "$(PYTHON) cannot make virtual environments: on Debian, apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
