# The first call of any target builds .venv from constraints.txt; later calls start at once.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: verify test test-slow toy bench lint types figures claims clean
.DELETE_ON_ERROR:

verify: $(READY)  ## every claim verified, every figure redrawn, report/ written
	$(BIN)/contrastbounds verify --figures --out report

test: $(READY)  ## the default tier: minutes
	$(BIN)/python -m pytest -n auto -q

test-slow: $(READY)  ## the default and the slow tier, with many more examples
	$(BIN)/python -m pytest -n auto -q -m "not gpu" --hypothesis-profile=thorough

toy: $(READY)  ## the toy experiment at its published size: hours; goes on where it was stopped
	$(BIN)/python -m synthetic.toy --out report-toy --epochs 300 --seeds 8 --resume

bench: $(READY)  ## timings and memory, as ratios within one run
	$(BIN)/python -m pytest benchmarks -q -m "" --benchmark-columns=median,iqr,rounds

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/mypy

figures: $(READY)  ## SVG, PDF, PNG and the plotted data
	$(BIN)/contrastbounds figures --out report/figures

# A stamp, written last, so that an interrupted set-up is begun again.
$(READY): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit("contrastbounds needs Python >= 3.11, got " + sys.version.split()[0] + "; set PYTHON=...") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@

claims: $(READY)  ## docs/claims.md, from the registry
	sed -i '/^## /,$$d' docs/claims.md
	$(BIN)/contrastbounds list --markdown >>docs/claims.md

clean:
	rm -rf $(VENV) report dist
