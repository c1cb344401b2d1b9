# Tandem. `make` alone lists what there is.
#
# TANDEM_BINARY=FILE uses a program built elsewhere and builds nothing.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.NOTPARALLEL:

# Where swiftly puts the toolchain; a shell opened before it was installed does not know.
export PATH := $(PATH):$(or $(SWIFTLY_BIN_DIR),$(HOME)/.local/share/swiftly/bin)

SEED ?= 7
TANDEM_BINARY ?=
export SEED
# For `tandem --version`.
export TANDEM_REVISION := $(shell git describe --always --dirty --abbrev=12 --exclude '*' 2>/dev/null)

ifeq ($(strip $(TANDEM_BINARY)),)
tandem := $(CURDIR)/.build/release/tandem
release := release
else
tandem := $(abspath $(TANDEM_BINARY))
endif

sources := $(wildcard Package.swift Sources Tests Benchmarks)

.PHONY: help build run test soak sanitize bench bench-decisions lint format bootstrap bootstrap-dev release

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | awk -F '\t' '{ printf "make %-16s %s\n", $$1, $$2 }'

run: bootstrap $(release) ## Play a made-up session through both engines and show what became of it (SEED=7)
	@scripts/demo '$(tandem)'

test: bootstrap-dev $(release) ## Run all tests, with reduced counts
	@TANDEM_BINARY='$(tandem)' FUZZ_SECONDS=$${FUZZ_SECONDS:-5} scripts/test

soak: bootstrap-dev $(release) ## Run all tests, with full counts
	@TANDEM_BINARY='$(tandem)' TANDEM_SOAK=1 FUZZ_SECONDS=$${FUZZ_SECONDS:-60} scripts/test

sanitize: bootstrap-dev ## Run tests under the address and the thread sanitizer
	@scripts/sanitize

bench: bootstrap-dev $(release) ## Measure speed and memory beside C and others; results in .build/bench/results.json
	@TANDEM_BINARY='$(tandem)' Benchmarks/run

bench-decisions: $(release) ## Simulate rollouts with known truth (RUNS=10000); results in .build/bench/decisions.json
	@mkdir -p .build/bench
	@'$(tandem)' bench-decisions --runs $${RUNS:-10000} --json .build/bench/decisions.json

lint: ## Check the layout of all Swift sources
	@swift format lint -r --strict $(sources)

format: ## Settle the layout of all Swift sources
	@swift format -r -i $(sources)

build: bootstrap $(release) ## Build the program: .build/release/tandem
	@echo 'built $(tandem)'

bootstrap:
	@scripts/bootstrap

bootstrap-dev:
	@scripts/bootstrap --dev

release:
	@[ -x '$(tandem)' ] || echo 'Building tandem; the first time takes some minutes.'
	@swift build --quiet -c release --product tandem
