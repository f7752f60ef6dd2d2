BIN = .venv/bin
READY = .venv/ready
HOST_PYTHON ?= python3
# On tables this small more threads gain nothing, and wait for each other whenever the machine has other work to do.
export OMP_NUM_THREADS ?= 1

help:  ## list the targets
	@awk -F ':.*  ## ' '/^[a-z-]+:.*  ## / {printf "make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(READY)  ## set up, execute all notebooks for the last 14 days, show what came out
	@$(BIN)/lifeboat run all --days 14

test: $(READY)  ## everything that can be tested: code, service, pages in a browser, notebooks
	@$(BIN)/pytest -q -n 3 --dist loadfile --no-loadscope-reorder

lab: $(READY)  ## open the notebooks in JupyterLab
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/jupyter lab --notebook-dir=notebooks $(if $(filter 0,$(shell id -u)),--allow-root)

spaces: $(READY)  ## serve both pages on this machine
	@$(BIN)/lifeboat spaces

deploy-spaces: $(READY)  ## publish the pages: make deploy-spaces HF_USER=you [DRY_RUN=1]
	@$(BIN)/lifeboat deploy-spaces "$(HF_USER)" $(if $(DRY_RUN),--dry-run)

notebooks: $(READY)  ## execute the committed notebooks again, in place
	@$(BIN)/lifeboat notebooks

book: $(READY)  ## render lessons, exercises and documents as a site: build/book/index.html
	@$(BIN)/sphinx-build -q -W -n --keep-going -c docs -d build/doctrees . build/book && echo "Open build/book/index.html"

bench: $(READY)  ## measure again what benchmarks/*.md report, but for the kills (an hour or more)
	@$(BIN)/python -m benchmarks

compatibility: $(READY)  ## find out again what of the Hopsworks client works locally: docs/hopsworks-compatibility.md
	@$(BIN)/python tests/hopsworks_local/compatibility.py

lint: $(READY)  ## check style; writes nothing
	@$(BIN)/ruff check --no-fix . && $(BIN)/ruff format --check .

format: $(READY)  ## mend style
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .

LOCK = $(BIN)/uv pip compile -q --universal --no-emit-index-url --no-emit-package hopsworks-local --no-header
lock: $(READY)  ## lock what both pyproject.toml ask for, and of it what a Space needs
	@$(LOCK) --generate-hashes pyproject.toml -o requirements.txt
	@$(LOCK) --python-version 3.11 --no-annotate -c requirements.txt --no-emit-package spaces spaces/requirements.in -o spaces/requirements.txt

clean:  ## remove the environment, the local store, the runs, the progress of the course and what tools leave behind
	rm -rf .venv store runs build progress lib/*.egg-info lib/hopsworks_local/*.egg-info lib/hopsworks_local/build .pytest_cache .ruff_cache .hypothesis
	find . -type d \( -name __pycache__ -o -name .ipynb_checkpoints \) -prune -exec rm -rf {} +

setup: $(READY)  ## only create the environment

$(READY): requirements.txt pyproject.toml lib/hopsworks_local/pyproject.toml
	@echo "Setting up .venv; this takes a minute or two ..."
	@$(HOST_PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	@$(HOST_PYTHON) -m venv .venv && $(BIN)/python -m pip install -q --disable-pip-version-check uv
	@$(BIN)/uv pip install -q --compile-bytecode -r requirements.txt && $(BIN)/uv pip install -q --no-deps -e lib/hopsworks_local -e . && touch $@

.PHONY: help run test lab spaces deploy-spaces notebooks book bench compatibility lint format lock clean setup
