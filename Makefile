# The verbs a newcomer needs. Everything runs in .venv, which the first of them makes.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: help demo test lint format types contracts unit proofs bench bench-calls bench-odometer soak fuzz shots pi-install lock clean

help:
	@echo "make demo   the bundled stage, driven by a simulated car, start to summary"
	@echo "make test   format check, lint, types, layer contracts, all tests"
	@echo "make proofs what depends on the machine keeping real time"
	@echo "make bench  what it costs, as JSON and a table (bench-out/)"
	@echo "make bench-calls  when the last word of each call falls, on whole stages"
	@echo "make bench-odometer  how far off it is, on simulated drives and real ones (ARGS='--first 100 --course acceptance')"
	@echo "make soak   an hour (MINUTES=60) of the whole product, its memory watched"
	@echo "make fuzz   every reader of roadbooks against damaged files, ten minutes (MINUTES=10)"
	@echo "make shots  the pictures of the handbook, rendered anew"
	@echo "make pi-install  the cockpit as a service on a 64-bit Raspberry Pi OS (DISPLAY_BY=kms or cage)"
	@echo "make lock   pin the dependencies anew"

$(VENV)/run.done: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "codriver needs Python 3.11 or newer; this is $$($(PYTHON) --version). Try: make PYTHON=python3.11"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) \
	  || { rm -rf $(VENV); echo "Python cannot make an environment here. On Debian: sudo apt install python3-venv"; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/dev.done: $(VENV)/run.done requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

demo: $(VENV)/run.done
	$(BIN)/codriver demo --out demo-out

test: $(VENV)/dev.done format lint types contracts unit

format: $(VENV)/dev.done
	$(BIN)/ruff format --check .

lint: $(VENV)/dev.done
	$(BIN)/ruff check .

types: $(VENV)/dev.done
	$(BIN)/mypy

contracts: $(VENV)/dev.done
	$(BIN)/lint-imports --no-cache

unit: $(VENV)/dev.done
	$(BIN)/python -m pytest -n auto

proofs: $(VENV)/dev.done
	$(BIN)/python -m pytest -m proof

bench: $(VENV)/dev.done
	for each in drive cockpit pixels starts voice; do $(BIN)/python -m tests.bench.$$each --out bench-out || exit 1; done

bench-calls: $(VENV)/dev.done
	$(BIN)/python -m tests.bench.calls --out bench-out $(ARGS)

bench-odometer: $(VENV)/dev.done
	$(BIN)/python -m tests.bench.odometer --out bench-out $(ARGS)

soak: $(VENV)/dev.done
	$(BIN)/python -m tests.bench.soak --out bench-out --minutes $(or $(MINUTES),60)

fuzz: $(VENV)/dev.done
	nice -n 19 $(BIN)/python -m tests.fuzz.run $(or $(MINUTES),10) --out fuzz-out

shots: $(VENV)/dev.done
	$(BIN)/python tools/make_shots.py docs/pictures

DISPLAY_BY ?= kms

pi-install:
	sudo sh systemd/install.sh $(DISPLAY_BY)

# Hashes of every file for every platform, and no address of any registry.
lock:
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url \
	  --no-emit-find-links pyproject.toml <(echo flit_core) -o requirements.lock
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url \
	  --no-emit-find-links --group dev pyproject.toml -o requirements-dev.lock

lock: SHELL := /bin/bash

clean:
	rm -rf $(VENV) demo-out bench-out fuzz-out dist build
