# Every target makes its own set-up: Python 3.11, 3.12 or 3.13 and make are all it takes.
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
ARGS ?=
# Tests wait more than they compute: three processes on two cores.
TEST_PROCESSES ?= 3
SBOM := build/sbom.cdx.json

.DEFAULT_GOAL := help
.PHONY: help run setup demo sandbox check test verify crash soak kills fleet mutants lint format bench requirements audit sbom docs docs-settings clean

help: ## Show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

run: $(VENV)/run ## Run the bot with the settings of .env
	$(PY) bot.py $(ARGS)

setup: $(VENV)/run ## Ask for token and key, try them, write .env, run the bot
	$(PY) bot.py setup

check: $(VENV)/run ## Try settings, database, provider key and Discord token
	$(PY) bot.py check

demo: $(VENV)/demo ## The whole bot in a browser: no token, no key
	$(PY) bot.py demo $(ARGS)

sandbox: $(VENV)/run ## A stand-in for the provider, on this machine
	$(PY) bot.py sandbox $(ARGS)

test: $(VENV)/dev ## Run what a change of behaviour should break, in minutes
	$(PY) -m pytest -n $(TEST_PROCESSES) --dist worksteal -m "not proof" $(ARGS)

verify: $(VENV)/dev ## Run every test, the long proofs with them; before a release, and on a clean machine
	$(PY) -m pytest -n $(TEST_PROCESSES) --dist worksteal $(ARGS)

crash: $(VENV)/dev ## Kill the bot at every beat, and at every pair of beats; ARGS=--mutants shows that it would be seen
	$(PY) -m tests.crash $(ARGS)

soak: $(VENV)/dev ## Two minutes of load, faults and kills; SOAK_SECONDS, SOAK_SEED
	$(PY) -m tests.soak $(ARGS)

kills: $(VENV)/dev ## Kill -9 twenty times while 200 jobs run; each is paid for once and delivered once
	$(PY) -m tests.soak.kills $(ARGS)

fleet: $(VENV)/dev ## Two gateways and two workers over one PostgreSQL, killed again and again while 500 jobs run
	$(PY) -m tests.soak.fleet $(ARGS)

mutants: $(VENV)/dev ## Change the program in one place at a time; 85 % must be noticed in each folder; ARGS=--help
	$(PY) -m tests.mutation $(ARGS)

lint: $(VENV)/dev ## Check format, lint, types and the direction of imports
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(VENV)/bin/basedpyright
	$(VENV)/bin/lint-imports --no-cache

format: $(VENV)/dev ## Lay the code out
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .

bench: $(VENV)/bench ## Measure it beside other queues and a naive bot, about twenty minutes; ARGS="admission claims" chooses
	$(PY) -m benchmarks $(ARGS)

# What runs is what was tested: development is resolved first, and its versions hold for the rest.
COMPILE := UV_CUSTOM_COMPILE_COMMAND="make requirements" $(VENV)/bin/uv pip compile --quiet --universal \
  --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links

requirements: $(VENV)/dev ## Pin the direct requirements anew, with hashes
	$(COMPILE) requirements-dev.in --output-file requirements-dev.txt
	$(COMPILE) requirements-demo.in --constraint requirements-dev.txt --output-file requirements-demo.txt
	$(COMPILE) requirements.in --constraint requirements-dev.txt --output-file requirements.txt
	$(COMPILE) requirements-bench.in --output-file requirements-bench.txt

audit: $(VENV)/dev ## Known holes in what is installed; exit code 3 when nothing could be audited
	$(PY) -m tests.supply.audit $(ARGS)

sbom: $(VENV)/dev ## The bill of materials (CycloneDX), under build/
	mkdir -p $(dir $(SBOM))
	$(VENV)/bin/cyclonedx-py requirements requirements.txt --pyproject pyproject.toml --output-reproducible --of JSON -o $(SBOM)

docs: $(VENV)/dev ## Build the pages as a site, under build/
	NO_MKDOCS_2_WARNING=1 $(PY) -m mkdocs build --strict --quiet $(ARGS)

docs-settings: $(VENV)/dev ## Write the tables of settings and models anew
	$(PY) -m tests.config.settings_table docs/settings.md
	$(PY) -m tests.config.models_table docs/providers.md

clean: ## Remove what the targets made
	rm -rf $(VENV) build .coverage .pytest_cache .ruff_cache .hypothesis

# The stamps hold what is installed: a second call installs nothing. To run is part of to show, and that of to develop.
INSTALL := $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11, 3.12 or 3.13 is needed: make PYTHON=python3.13" if not (3, 11) <= sys.version_info < (3, 14) else 0)'
	$(PYTHON) -m venv $(VENV)

$(VENV)/run: requirements.txt | $(VENV)/bin/python
	test $(VENV)/demo -nt $< -o $(VENV)/dev -nt $< || $(INSTALL) $<
	touch $@

$(VENV)/demo: requirements-demo.txt | $(VENV)/bin/python
	test $(VENV)/dev -nt $< || $(INSTALL) $<
	touch $@

$(VENV)/dev: requirements-dev.txt | $(VENV)/bin/python
	$(INSTALL) $<
	touch $@

$(VENV)/bench: requirements-bench.txt $(VENV)/dev
	$(INSTALL) $<
	touch $@
