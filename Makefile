# make demo   fresh machine to answer: creates .venv, installs, flies the flagship scenario
# make test   lint, types and all tests
# make lint   lint and types only
# make bench  speed, printed; numbers are kept in benchmarks/README.md
# make pins   renews constraints.txt with the newest releases; use the oldest supported Python (PYTHON=python3.11)
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := python -m pip --disable-pip-version-check -q

.PHONY: demo test lint bench pins clean

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/$(PIP) install -c constraints.txt -e .
	touch $@

$(VENV)/.installed-test: pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/$(PIP) install -c constraints.txt -e '.[test]'
	touch $(VENV)/.installed $@

demo: $(VENV)/.installed
	$(BIN)/stationkeep run iss-2022

lint: $(VENV)/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

test: lint
	$(BIN)/python -m pytest -n 2 --dist loadfile --durations=25

# The peers are wanted but not needed: what cannot be installed is named in the table and left out.
bench: $(VENV)/.installed-test
	$(BIN)/$(PIP) install -c constraints.txt -e '.[precise,peers]' || echo "some peers could not be installed"
	failed=0; for script in benchmarks/*.py; do echo "== $$script"; $(BIN)/python $$script || failed=1; done; exit $$failed

pins:
	rm -rf $(VENV)-pins
	$(PYTHON) -m venv $(VENV)-pins
	$(VENV)-pins/bin/$(PIP) install '.[test]'
	sed -n '/^#/p' constraints.txt > $(VENV)-pins/constraints.txt
	$(VENV)-pins/bin/python -m pip freeze --exclude stationkeep >> $(VENV)-pins/constraints.txt
	mv $(VENV)-pins/constraints.txt constraints.txt
	rm -rf $(VENV)-pins

clean:
	rm -rf $(VENV) $(VENV)-pins .pytest_cache .mypy_cache .ruff_cache dist
