# Warmline's house-keeping. `make help` lists what there is; every step says in one line what it does.
# Honours CARGO_TARGET_DIR, WARMLINE_MODELS, PREFIX, DESTDIR.

PREFIX ?= /usr/local
DESTDIR ?=
# More for the command line of `make run`, as in: make run ARGS="--dev"
ARGS ?=

export PREFIX DESTDIR

.PHONY: help run test demo install uninstall setup release
.DEFAULT_GOAL := help

help:
	@echo 'make run        answer calls with the demo line (installs, fetches and builds what is missing)'
	@echo 'make test       all tests, the calls over the wire included'
	@echo 'make demo       play recorded callers to the demo line, no telephone needed'
	@echo 'make install    binary, models and systemd unit below PREFIX ($(PREFIX)); DESTDIR for packagers'
	@echo 'make uninstall  take them away again; /etc/warmline and recorded calls stay'
	@echo '.ci/run         what must hold before a change is taken: format, lints, licences, make test'

run: release
	@echo 'run: answering calls; Ctrl-C stops'
	@cargo run --release --locked --quiet -- serve $(ARGS)

test:
	@.ci/setup test
	@echo 'test: building (the first time compiles every dependency: several minutes)'
	@cargo build --locked
	@echo 'test: models'
	@cargo run --locked --quiet -- models install
	@echo 'test: running'
	@cargo test --locked

demo: release
	@.ci/demo

install: release
	@packaging/install

uninstall:
	@packaging/install --remove

setup:
	@.ci/setup

# The optimised binary and the models it needs.
release: setup
	@echo 'build: optimised (the first time compiles every dependency: several minutes)'
	@cargo build --release --locked
	@echo 'models: fetching and converting what is missing, verifying the rest'
	@cargo run --release --locked --quiet -- models install
