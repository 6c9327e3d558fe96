# What people type. `make run` and `make test` need Rust, and either Postgres 15 or newer or npm; they never touch the system.

CARGO ?= cargo
# A database of yours is none of their business.
unexport DATABASE_URL

.DEFAULT_GOAL := help
EXECUTIONS ?= 1000000
SEEDS ?= 200
KILLS ?= 22
MINUTES ?= 30

.PHONY: help run test sim sim-mutants crash crash-planted torture soak fuzz coverage check bench deps rust-version

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 24

run: rust-version ## Build and start everything on this machine: database, engine, sandbox, demo
	@$(CARGO) run --quiet -- dev

test: rust-version ## Every test but the long ones
	$(CARGO) test --no-fail-fast

sim: rust-version ## Run the whole engine in SEEDS (200) seeded simulations of everything that can go wrong, and the first 20 a second time
	$(CARGO) test --test sim -- --seeds $(SEEDS)

sim-mutants: rust-version ## The same on engines with a bug planted in them: each must be found within 500 seeds, and the true engine pass them
	$(CARGO) test --features planted-bugs --test sim -- --mutants 500

crash: rust-version ## Kill the engine with -9 again and again under load (KILLS) and check that nothing is lost or done twice
	ROWS=1 KILLS=$(KILLS) $(CARGO) test --test torture -- --nocapture --test-threads=1

crash-planted: rust-version ## The same on engines with a bug planted in them: each must be found, and the one without a bug must pass
	ROWS=1 SHORT=1 $(CARGO) test --features planted-bugs --test torture -- --nocapture --test-threads=1

torture: rust-version ## Every fault on real engines and a real Postgres (half an hour; SHORT=1: minutes; ROWS=1,4: some; REPORT=1: docs/reliability.md)
	$(CARGO) test --test torture -- --nocapture --test-threads=1

soak: rust-version ## Half of what the engine can take for MINUTES (30); GANIRA_BIN is the engine, REPORT=1 writes docs/reliability.md
	ROWS=14 MINUTES=$(MINUTES) $(CARGO) test --test torture -- --nocapture --test-threads=1

# Optimised, on dependencies that `make bench` has built too, but with every check of our own code: overflow is a failure here.
fuzz: rust-version ## Feed every reader and the flow core with EXECUTIONS (1000000) inputs each that nobody would send
	FUZZ_EXECUTIONS=$(EXECUTIONS) $(CARGO) test --release --config profile.release.package.ganira.debug-assertions=true \
		--config profile.release.package.ganira.overflow-checks=true --test fuzz -- --nocapture

coverage: rust-version ## Measure which lines the tests run, in a build of its own, and write the figure into the README
	.ci/coverage

check: rust-version ## Format, lints, documentation, and licences where cargo-deny is installed
	$(CARGO) fmt --check
	$(CARGO) clippy --all-targets --all-features -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --no-deps --quiet
	@if $(CARGO) deny --version >/dev/null 2>&1; then $(CARGO) deny check; else echo "cargo-deny is not installed: licences and advisories were not checked"; fi

bench: rust-version ## Measure against the budgets and print one JSON object (needs pgbench: make deps)
	@$(CARGO) run --release --quiet -- bench

deps: ## Install Debian's Postgres programs, pgbench among them, and Kannel, without leaving a server running (root)
	.ci/deps

rust-version:
	@.ci/rust-version
