# Highly available Celery: `make up` deploys it on this machine, `make test` runs all tests, `make help` lists the rest.

CLUSTER ?= local
STACK ?= local
FORCE ?=
RUN ?=
TASKS ?=
NODES ?=
MONITORING ?=
CONFIG ?=

# Node 24 of the npm package `node` takes precedence over the system's Node.
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)
LOCAL = node local/start.mts main

OPERATE = node local/start.mts operate
SCENE ?= drain
ARGS ?=

VENV = docker/worker/.venv
# Version of Celery whose integration suite runs: a folder of tests/celery.
CELERY ?= 5.7
RELEASE = tests/celery/$(CELERY)
SELECTION ?=
SUITES = node --import=tsx tests/run/main.ts

.DEFAULT_GOAL := help
.PHONY: help up status console down drill drills base-images clean test test-fast test-unit test-cluster test-python test-consumer test-celery test-console test-console-live console-recording lint check bench bench-large compare docs tools

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 22

up: node_modules ## create a cluster, deploy RabbitMQ and workers, run 10,000 tasks and count them (CLUSTER, STACK, RUN, TASKS, NODES, CONFIG; MONITORING=1 adds a Prometheus)
	@$(LOCAL) up --cluster='$(CLUSTER)' --stack='$(STACK)' $(if $(RUN),--run='$(RUN)') $(if $(TASKS),--tasks='$(TASKS)') $(if $(NODES),--nodes='$(NODES)') $(if $(MONITORING),--monitoring) $(foreach set,$(CONFIG),--config='$(set)')

status: node_modules ## show what is wrong, nodes, brokers, workers and the task count; fails if something is wrong (CLUSTER)
	@$(LOCAL) status --cluster='$(CLUSTER)'

down: node_modules ## delete the stacks and the cluster; keeps images and the cache (CLUSTER; FORCE=1 if another checkout created it)
	@$(LOCAL) down --cluster='$(CLUSTER)' $(if $(FORCE),--force)

drill: node_modules ## cause a failure under load and count every task (CLUSTER; SCENE=drain, SCENE= lists the scenes, SCENE=history the recorded drills; ARGS=--help)
	@$(OPERATE) drill $(SCENE) --cluster='$(CLUSTER)' $(if $(filter history,$(SCENE)),,--report=.local/reports) $(ARGS)

drills: node_modules ## run all scenes in sequence and print a summary (CLUSTER, ARGS)
	@$(OPERATE) drill all --cluster='$(CLUSTER)' --report=.local/reports $(ARGS)

base-images: node_modules ## move docker/base-images.json to the newest digests of its tags; `pulumi up` or `make up` then rolls them out
	@$(LOCAL) base-images

clean: node_modules ## delete all clusters, images and the cache
	@$(LOCAL) clean

test: node_modules $(VENV) tools ## run all tests: lint, types, unit, Python, clusters, packed library, Celery's suite; prints the time of each
	@$(SUITES) all

test-fast: node_modules $(VENV) tools ## run lint, types, unit and Python tests, and one drill if the local cluster is running (CLUSTER)
	@$(SUITES) fast --cluster='$(CLUSTER)'

test-unit: node_modules ## run the unit tests, which need no network and take one minute
	@npm run --silent test:unit

test-cluster: node_modules $(VENV) tools ## run the tests that need a cluster: drills, and passwords, volumes and certificates changed under load
	@$(SUITES) cluster

test-consumer: node_modules $(VENV) ## install the packed library in another program, and deploy it to a new cluster
	@$(SUITES) consumer

test-celery: node_modules $(RELEASE)/.venv $(RELEASE)/.suite ## run Celery's own integration suite with and without ha_celery (CELERY=5.7, SELECTION=t/integration/test_canvas.py)
	@cd tests/celery && $(CELERY)/.venv/bin/pytest --quiet -p no:cacheprovider test_outcomes.py
	@CELERY='$(CELERY)' SELECTION='$(SELECTION)' mocha --timeout 0 tests/celery/celery.test.ts

test-console: node_modules ## test the page of `ha-celery console` in Chromium against recorded installations
	@tests/require chromium chromium --version
	@tests/require fonts-inter test -d /usr/share/fonts/opentype/inter
	@npm run --silent build:console
	@mocha tests/console/*.test.ts

test-console-live: node_modules $(VENV) ## test dead letters in the page of the console with a real broker and a real worker
	@tests/require chromium chromium --version
	@test -f operate/console/site/app.js || npm run --silent build:console
	@mocha --timeout 0 tests/cluster/console.test.ts

console: node_modules ## open a page with nodes, brokers, queues and what changed (CLUSTER, ARGS)
	@npm run --silent build:console
	@$(OPERATE) console --cluster='$(CLUSTER)' $(ARGS)

console-recording: node_modules ## record node-off, started through the page, on a running local cluster; writes docs/images/console-drill.webp (CLUSTER)
	@tests/require chromium chromium --version
	@npm run --silent build:console
	@node --import=tsx tests/console/recordDrillMain.ts '$(CLUSTER)'

check: node_modules ## check types
	@npm run --silent check

# Python tests that need a broker run in test-cluster.
test-python: $(VENV) ## run the tests of the Python package
	@cd docker/worker && .venv/bin/pytest -q -m 'not broker'

lint: node_modules $(VENV) tools ## run all linters and formatters
	@npm run --silent lint
	@git ls-files | xargs grep -lE '^#!.*\b(ba)?sh' | xargs shellcheck
	@cd docker/worker && .venv/bin/ruff check . ../../bench/storm ../../bench/size && .venv/bin/ruff format --check . ../../bench/storm ../../bench/size && .venv/bin/mypy && .venv/bin/mypy ../../bench/storm && .venv/bin/mypy ../../bench/size
	@cd docker/worker && for folder in tests/celery examples/django tests/consumer/shop; do .venv/bin/ruff check ../../$$folder && .venv/bin/ruff format --check ../../$$folder && .venv/bin/mypy --config-file ../../$$folder/pyproject.toml ../../$$folder || exit 1; done
	@cd docker/worker && .venv/bin/ruff check --config pyproject.toml ../../examples/pulumi-python && .venv/bin/ruff format --check --config pyproject.toml ../../examples/pulumi-python
	@if command -v gofmt >/dev/null; then unformatted=$$(gofmt -l local/toolchain/go examples/pulumi-go); test -z "$$unformatted" || { echo "gofmt: $$unformatted"; exit 1; }; fi

docs: node_modules ## generate the reference pages in docs/reference
	@npm run --silent docs

bench: node_modules ## run the benchmarks and write docs/reference/benchmarks.md (COLD=1 empties the cache first)
	@node --import=tsx bench/main.ts $(if $(COLD),--cold)

bench-large: node_modules ## measure 30 pools, 50 queues, 1,000 idle publishers and a million queued tasks; takes an hour (ARGS=--help)
	@node --import=tsx bench/large/main.ts $(ARGS)

compare: node_modules ## measure other ways to run Celery under the same load and faults (CLUSTER, ARGS=--help)
	@node --import=tsx bench/compare/main.ts --cluster='$(CLUSTER)' $(ARGS)

# Checks first for the programs that the tests need and cannot install themselves.
tools:
	@tests/require shellcheck shellcheck --version
	@tests/require openssl openssl version

$(VENV): docker/worker/requirements-dev.txt
$(RELEASE)/.venv: $(RELEASE)/requirements.txt
$(VENV) $(RELEASE)/.venv:
	@tests/require python3-venv python3 -c 'import ensurepip, venv'
	@echo "Installing the tests' Python packages ..."
	@python3 -m venv $@
	@$@/bin/pip install --quiet --disable-pip-version-check --require-hashes --requirement $<
	@touch $@

# pip builds an sdist to read its name, so it also downloads the build's requirements.
$(RELEASE)/.suite: $(RELEASE)/sdist.txt $(RELEASE)/.venv
	@echo "Downloading Celery's integration suite ..."
	@rm -rf $@ && mkdir -p $@/download
	@$(RELEASE)/.venv/bin/pip download --quiet --disable-pip-version-check --no-deps --no-binary celery --require-hashes --requirement $< --dest $@/download
	@tar -xzf $@/download/celery-*.tar.gz -C $@ --strip-components=1
	@rm -r $@/download

node_modules: package-lock.json
	@command -v npm >/dev/null || { echo "npm is missing. Install Node.js and npm, for example: apt-get install -y nodejs npm"; exit 1; }
	@echo "Installing npm packages ..."
	@npm ci --silent --no-audit --no-fund
	@touch node_modules
