# Everything a person needs: `make demo` and `make test` set themselves up.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: setup demo test lint bench screenshots locales clean

# Run-time packages only, as pinned and hashed.
.venv/run: requirements.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/dev: requirements-dev.txt .venv/run
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r requirements-dev.txt
	@touch $@

setup: .venv/dev

demo: .venv/run
	$(BIN)/sotay demo $(ARGS)

# Debian's own Chromium; where it cannot be installed here, the page's tests say that they are left out.
.venv/browser: .venv/dev
	@command -v chromium > /dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null \
	  && apt-get update -qq && apt-get install -y -qq chromium fonts-dejavu-core fonts-noto-color-emoji > /dev/null; } \
	  || echo "No Chromium: as root, apt-get install chromium fonts-dejavu-core fonts-noto-color-emoji"
	@if command -v chromium > /dev/null; then touch $@; fi

# Debian's own PostgreSQL; where it cannot be had, the tests on it say that they are left out.
.venv/postgres: .venv/dev
	@ls /usr/lib/postgresql/*/bin/initdb > /dev/null 2>&1 || { [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null \
	  && apt-get update -qq && apt-get install -y -qq --no-install-recommends postgresql > /dev/null; } \
	  || echo "No PostgreSQL: as root, apt-get install postgresql"
	@if ls /usr/lib/postgresql/*/bin/initdb > /dev/null 2>&1; then touch $@; fi

test: .venv/dev .venv/browser .venv/postgres
	$(BIN)/python -m pytest -n $$(( $$(nproc) + 1 )) --dist loadfile $(ARGS)

lint: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tools.locales --check
	$(BIN)/python -m tools.check

# Writes docs/images/phone-*.png.
screenshots: .venv/browser
	$(BIN)/python tests/sandbox_page/screenshots.py

# The long tests run even where a slow machine misses a goal.
bench: .venv/dev .venv/postgres
	$(BIN)/python -m benchmarks; missed=$$?; $(BIN)/python -m pytest -m long && exit $$missed

locales: .venv/dev
	$(BIN)/python -m tools.locales

clean:
	rm -rf .venv build dist *.egg-info

# Pins for new machines; no index address is written (it would record where this was run).
.PHONY: requirements
requirements:
	uv pip compile -q pyproject.toml --extra build --generate-hashes --no-header --no-annotate --python-version 3.11 --no-emit-index-url -o requirements.txt
	uv pip compile -q pyproject.toml --extra build --extra test --generate-hashes --no-header --no-annotate --python-version 3.11 --no-emit-index-url -c requirements.txt -o requirements-dev.txt
