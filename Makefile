# Two words each, from nothing: `make demo` runs the main job, `make test` the tests, `make check` lint, types and layers.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test check clean
demo: $(VENV)/.run
	$(BIN)/turnsql demo

test: $(VENV)/.dev
	$(BIN)/python -m pytest -n auto $(PYTEST_ARGS)

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/pyright

# uv lives inside .venv, so nothing global is touched; pip is the fallback where uv cannot be had.
$(VENV)/.uv:
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) 2>/dev/null || { rm -rf $(VENV); \
	  $(PYTHON) -m venv --without-pip $(VENV) 2>/dev/null && $(PYTHON) -m pip --python $(BIN)/python install -q pip 2>/dev/null; } || { rm -rf $(VENV); \
	  echo "turnsql: $(PYTHON) cannot make a virtual environment: apt-get install python3-venv (or set PYTHON=python3.11)" >&2; exit 2; }
	@$(BIN)/python -m pip install -q --disable-pip-version-check uv 2>/dev/null || echo "turnsql: no uv here; pip will do" >&2
	@touch $@

INSTALL = if test -x $(BIN)/uv; then VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip install -q -c constraints.txt -e '$(1)'; \
	else $(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '$(1)'; fi

$(VENV)/.run: pyproject.toml constraints.txt $(VENV)/.uv
	@$(call INSTALL,.)
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt $(VENV)/.run
	@$(call INSTALL,.[dev])
	@touch $@

clean:
	rm -rf $(VENV) build *.egg-info
