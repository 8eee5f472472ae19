# The usual work, each with its own set-up; `make help` lists it. The build itself is in CMake.
SHELL = /bin/sh
JOBS ?= $(shell nproc)
FUZZ_SECONDS ?= 60

.PHONY: help run build train-setup test test-all bench fuzz lint format clean
.DEFAULT_GOAL := help

help:
	@echo "make run       build L1 and run it in PAPER mode on a day of example data"
	@echo "               (DATA=../shared/data/klines_1m make run: on real history)"
	@echo "make build     build the program: build/l1"
	@echo "make train-setup  get LightGBM, which l1 train needs, into .venv"
	@echo "make test      build and run the tests (minutes)"
	@echo "make test-all  also sanitizers, both compilers, crash tests, determinism (longer)"
	@echo "make bench     measure latency and throughput"
	@echo "make fuzz      feed each decoder FUZZ_SECONDS=$(FUZZ_SECONDS) of hostile input"
	@echo "make lint      layout, rules of STYLE.md, purity of the core"
	@echo "make format    lay out every C file"
	@echo "make clean     remove everything that was built"
	@echo "Missing Debian packages are installed by name, with sudo unless you are root."

run: build
	@examples/demo.sh

# A checkout that was moved cannot use its old build folder: it is made anew.
build:
	@tools/setup.sh build
	@tools/configure.sh release -DBUILD_TESTING=OFF
	@cmake --build build -j $(JOBS) --target l1 --target examples_all

# What `l1 train rf|lgbm|all` opens at run time; nothing else needs it.
train-setup:
	@tools/setup.sh wheels
	@tools/lightgbm.sh

test:
	@tools/setup.sh build test
	@tools/suites.sh test

test-all:
	@tools/setup.sh build test long wheels
	-@tools/setup.sh browser # without it one check is left out, and says so
	@tools/suites.sh test long

bench:
	@tools/setup.sh build wheels
	@tools/configure.sh release -DBUILD_TESTING=OFF
	@cmake --build build -j $(JOBS) --target l1 --target examples_all --target bench_all
	@tools/bench.sh

fuzz:
	@tools/setup.sh build test long
	@tools/configure.sh fuzz
	@cmake --build build-fuzz -j $(JOBS)
	@tools/fuzz.sh $(FUZZ_SECONDS)

lint:
	@tools/setup.sh build test long
	@tools/configure.sh release -DBUILD_TESTING=ON
	@cmake --build build -j $(JOBS)
	@ctest --test-dir build --output-on-failure -R '^conformance/(tidy|purity|format)'

format:
	@tools/setup.sh long
	@find src include tests tools bench examples -path tests/conformance/tidy_bad -prune \
	    -o -name '*.[ch]' -print 2>/dev/null | xargs clang-format-14 -i

clean:
	rm -rf build build-*
