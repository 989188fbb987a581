# `make course` turns course/ and questions/ into build/; `make test` proves that Kitbag does what it says.
# Both install what is missing first; run again, they find all in place and change nothing.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.SUFFIXES:

BIN := .venv/bin
# What Python and Kitbag's theme compile to is kept, whatever the caller keeps: commands start in half the time.
unexport PYTHONDONTWRITEBYTECODE
# By environment, so that the pins also hold for what builds the package; newer pips ask for that apart.
PIP := PIP_CONSTRAINT=constraints.txt PIP_BUILD_CONSTRAINT=constraints.txt $(BIN)/python -m pip --disable-pip-version-check

# Stamps carry a digest of what they stand for: content decides what is stale, and a fresh clone's dates do not.
# cli.py computes the first two in the same way, so that both find what the other made.
digest = $(firstword $(shell { $(1); } | sha256sum))
VENV_STAMP := .venv/made-$(call digest,pwd -P; python3 -c 'import sys; print(sys.version_info)')
PINS := $(call digest,cat pyproject.toml constraints.txt .ci/packages)
COURSE_STAMP := .venv/course-$(PINS)
TEST_STAMP := .venv/test-$(PINS)
NODE_STAMP := node_modules/.installed-$(call digest,cat package.json package-lock.json)

.PHONY: help
help: ## Tell what can be made
	@sed -nE 's/^([a-z]+):.*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

.PHONY: course
course: $(COURSE_STAMP) ## Build the course of this folder into build/
	$(BIN)/kitbag build

.PHONY: test
test: lint ## Check the code and run all tests but the slow ones
	$(BIN)/pytest --numprocesses=2 --dist=loadgroup

.PHONY: acceptance
acceptance: $(TEST_STAMP) $(NODE_STAMP) ## Run the slow tests and the heavy judges
	$(BIN)/pytest -m 'slow or acceptance' --numprocesses=2 --maxschedchunk=1 --timeout=2400 -p no:randomly

.PHONY: lint
lint: $(TEST_STAMP) $(NODE_STAMP) ## Check style, types, layers and scripts
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/node node_modules/typescript/bin/tsc

.PHONY: format
format: $(TEST_STAMP) ## Lay out the code and mend what can be mended
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

.PHONY: pictures
pictures: $(TEST_STAMP) course ## Take the pictures of README again
	$(BIN)/python docs/pictures.py

.PHONY: constraints
constraints: ## Pin the newest versions that pyproject.toml allows
	python3 -m venv --clear .venv/pins
	.venv/pins/bin/pip install --quiet --editable '.[dev]' hatchling
	.venv/pins/bin/pip freeze --exclude-editable > constraints.txt
	rm -rf .venv/pins

.PHONY: clean
clean: ## Remove what was built and installed
	rm -rf build dist .venv node_modules

# --- What the targets stand on ----------------------------------------------------------------------------------

$(VENV_STAMP):
	@.ci/packages course
	@echo 'Making .venv'
	@python3 -m venv --clear .venv
	@touch $@

$(COURSE_STAMP): $(VENV_STAMP)
	@.ci/packages course
	@echo 'Installing Kitbag into .venv'
	@$(PIP) install --quiet --editable .
	@rm -f .venv/course-* .venv/test-*
	@touch $@

$(TEST_STAMP): $(COURSE_STAMP)
	@.ci/packages test
	@echo 'Installing what the tests need into .venv'
	@$(PIP) install --quiet --editable '.[dev]'
	@touch $@

$(NODE_STAMP): $(TEST_STAMP)
	@echo 'Installing the judges of pages into node_modules'
	@PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --loglevel=error
	@touch $@
