# Two words each, from nothing: `make demo` runs the main job, `make test` the tests, `make check` lint, types and layers.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test check clean
demo: $(VENV)/.run
	$(BIN)/turnsql demo

test: $(VENV)/.test
	$(BIN)/python -m pytest -n auto $(PYTEST_ARGS)

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/pyright

# A Debian python3 may lack ensurepip: then its own pip is asked to fill the environment.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "turnsql: $(PYTHON) is missing or older than 3.11: set PYTHON to a newer one, as in make demo PYTHON=python3.11" >&2; exit 2; }
	@rm -rf $(VENV); $(PYTHON) -m venv $(VENV) >/dev/null 2>&1 || { rm -rf $(VENV); \
	  $(PYTHON) -m venv --without-pip $(VENV) >/dev/null 2>&1 && $(PYTHON) -m pip --python $(BIN)/python install -q pip >/dev/null 2>&1; } || { rm -rf $(VENV); \
	  echo "turnsql: $(PYTHON) can make no virtual environment: apt-get install python3-venv, or set PYTHON" >&2; exit 2; }

# uv lives inside .venv, so nothing global is touched; pip is the fallback where uv cannot be had, or fails.
$(VENV)/.uv: | $(BIN)/python
	@$(BIN)/python -m pip install -q --disable-pip-version-check uv 2>/dev/null || echo "turnsql: no uv here; pip will do" >&2
	@touch $@

INSTALL = VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip install -q -c constraints.txt -e '$(1)' 2>/dev/null || \
	$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '$(1)'

$(VENV)/.run: pyproject.toml constraints.txt $(VENV)/.uv
	@$(call INSTALL,.)
	@touch $@

$(VENV)/.test: $(VENV)/.run
	@$(call INSTALL,.[test])
	@touch $@

$(VENV)/.dev: $(VENV)/.test
	@$(call INSTALL,.[dev])
	@touch $@

clean:
	rm -rf $(VENV) build *.egg-info
