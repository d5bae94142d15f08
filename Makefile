# Everything below works from a fresh clone with python3 (3.11 or newer) and make; the first call sets up .venv by itself.
# Another interpreter: make test PYTHON=python3.12

PYTHON ?= python3
RUN := .venv/bin/python -m
PIN := $(RUN) uv pip compile --quiet --universal --generate-hashes --no-annotate --no-header --all-extras pyproject.toml

.PHONY: help demo test fuzz mutants check bench lock clean

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile

demo: .venv/ready ## run the main job against the local sandbox
	@.venv/bin/python .venv/bin/shiftbridge demo

test: .venv/ready ## run all tests, on SQLite and on a real Postgres
	$(RUN) coverage erase
	$(RUN) coverage run -m pytest -n 4 --dist worksteal
	$(RUN) coverage combine --quiet
	$(RUN) coverage report --fail-under=95
	@echo "What is pure is covered to the last branch:"
	$(RUN) coverage report --include='mappings/*,sync/plan/*,sync/guards/*' --fail-under=100

fuzz: .venv/ready ## send the sandbox what its own OpenAPI documents allow, and what they do not
	FUZZ_EXAMPLES=20 $(RUN) pytest -n 2 tests/fuzz

mutants: .venv/ready ## break the pure code in every small way and see whether a test notices (some twenty minutes)
	.venv/bin/python tests/mutants.py > .venv/mutants.log 2>&1 || { tail -c 2000 .venv/mutants.log >&2; exit 1; }
	$(RUN) tests.mutation_score

check: .venv/ready ## format, lint, types, import contracts, dependencies, pinned requirements
	$(RUN) ruff format --check .
	$(RUN) ruff check .
	$(RUN) mypy
	.venv/bin/python .venv/bin/lint-imports
	$(RUN) deptry .
	@cp requirements.txt requirements-dev.txt .venv  # what is pinned there and still fits stays, whatever is newer
	$(PIN) --output-file .venv/requirements.txt
	$(PIN) --group dev --output-file .venv/requirements-dev.txt
	@diff requirements.txt .venv/requirements.txt && diff requirements-dev.txt .venv/requirements-dev.txt || \
		{ echo "The pinned requirements are not those of pyproject.toml: run make lock and commit what it writes." >&2; exit 1; }

bench: .venv/ready ## measure throughput, time and memory (most of an hour)
	.venv/bin/python tests/bench
	$(RUN) tests.bench.planning
	$(RUN) tests.bench.daemon

lock: .venv/ready ## resolve pyproject.toml anew and write both requirements files
	$(PIN) --upgrade --output-file requirements.txt
	$(PIN) --upgrade --group dev --output-file requirements-dev.txt

clean: ## remove the virtualenv and what the tools left
	rm -rf .venv uv.lock mutants .coverage .coverage.* .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache

# The requirements are complete and hashed, so pip resolves nothing; the build backend is among them, so nothing unpinned is fetched.
.venv/ready: pyproject.toml requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "shiftbridge needs Python 3.11 or newer; name one with: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1; }
	@echo "Setting up .venv, once: about a minute."
	@.venv/bin/python -c '' 2>/dev/null || $(PYTHON) -m venv --clear .venv
	@$(RUN) pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-dev.txt
	@$(RUN) pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@touch $@
