# Highly available Celery: `make up` brings it up on this machine, `make test` runs every test. `make help` lists the rest.

CLUSTER ?= local
STACK ?= local
RUN ?=
TASKS ?=
NODES ?=
CONFIG ?=

# Node 24 of the package `node` comes first, whatever the system has.
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)
LOCAL = node --import=tsx local/main.ts

OPERATE = node --import=tsx local/operate.ts
SCENE ?= drain
ARGS ?=

VENV = docker/worker/.venv

.DEFAULT_GOAL := help
.PHONY: help up status down drill drills clean test test-unit test-cluster test-python test-consumer lint check bench compare docs tools

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 22

up: node_modules ## bring up a cluster, RabbitMQ and workers, run 10,000 tasks and count them (CLUSTER, STACK, RUN, TASKS, NODES, CONFIG)
	@$(LOCAL) up --cluster='$(CLUSTER)' --stack='$(STACK)' $(if $(RUN),--run='$(RUN)') $(if $(TASKS),--tasks='$(TASKS)') $(if $(NODES),--nodes='$(NODES)') $(foreach set,$(CONFIG),--config='$(set)')

status: node_modules ## show nodes, brokers, workers and the count
	@$(LOCAL) status --cluster='$(CLUSTER)'

down: node_modules ## take everything down; keeps images and the cache
	@$(LOCAL) down --cluster='$(CLUSTER)'

drill: node_modules ## kill things under load and count every task (SCENE, default drain; SCENE= lists them; ARGS for more, such as ARGS=--help)
	@$(OPERATE) drill $(SCENE) --cluster='$(CLUSTER)' --report=.local/reports $(ARGS)

drills: node_modules ## every scene, one after the other, with a summary
	@$(OPERATE) drill all --cluster='$(CLUSTER)' --report=.local/reports $(ARGS)

clean: node_modules ## take everything down, the cache and images too
	@$(LOCAL) clean

test: lint check test-unit test-python test-cluster test-consumer ## every test: lint, types, unit, Python, real clusters, the packed library

test-unit: node_modules ## unit tests, without network, within a minute
	@npm run --silent test:unit

test-cluster: node_modules $(VENV) ## clusters of their own: a broker killed under load, passwords, volumes and certificates changed under load
	@npm run --silent test:cluster

test-consumer: node_modules ## another program installs the packed library and deploys it to a cluster of its own
	@npm run --silent test:consumer

check: node_modules ## types
	@npm run --silent check

# Those that need a broker run in test-cluster.
test-python: $(VENV) ## tests of the Python package
	@cd docker/worker && .venv/bin/pytest -q -m 'not broker'

lint: node_modules $(VENV) tools ## every linter and the formatter
	@npm run --silent lint
	@git ls-files | xargs grep -lE '^#!.*\b(ba)?sh' | xargs shellcheck
	@cd docker/worker && .venv/bin/ruff check . && .venv/bin/ruff format --check . && .venv/bin/mypy
	@if command -v gofmt >/dev/null; then unformatted=$$(gofmt -l local/toolchain/go); test -z "$$unformatted" || { echo "gofmt: $$unformatted"; exit 1; }; fi

docs: node_modules ## write docs/reference/components.md and docs/reference/configuration.md anew
	@npm run --silent docs

bench: node_modules ## measure, and write docs/reference/benchmarks.md (COLD=1 begins with an empty cache)
	@node --import=tsx bench/main.ts $(if $(COLD),--cold)

compare: node_modules ## the seed's design of 2018 beside ours, under the same load and faults (CLUSTER; ONLY=faults or throughput; ROUNDS=3)
	@node --import=tsx bench/compare/main.ts --cluster='$(CLUSTER)' $(if $(ONLY),--only='$(ONLY)') $(if $(ROUNDS),--rounds='$(ROUNDS)')

# Said at the start, not half-way: what the tests need and cannot install themselves.
tools:
	@tests/require shellcheck shellcheck --version
	@tests/require openssl openssl version

$(VENV): docker/worker/requirements-dev.txt
	@tests/require python3-venv python3 -c 'import ensurepip, venv'
	@echo "Installing the tests' Python packages ..."
	@python3 -m venv $@
	@$@/bin/pip install --quiet --disable-pip-version-check --require-hashes --requirement $<
	@touch $@

node_modules: package-lock.json
	@command -v npm >/dev/null || { echo "npm is missing. Install Node.js and npm, for example: apt-get install -y nodejs npm"; exit 1; }
	@echo "Installing npm packages ..."
	@npm ci --silent --no-audit --no-fund
	@touch node_modules
