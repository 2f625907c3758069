# One configuration for the demo and for the tests, so that nothing is built twice.
FLAGS := -c release -Xswiftc -enable-testing
EMPLACE := .build/release/emplace
OUT := out
PREFIX ?= /usr/local

# The fleet of the demo: shipped, or made on the spot.
SHIPPED := $(wildcard Instances/placement/demo/*fleet*.json)
FLEET := $(if $(SHIPPED),$(SHIPPED),$(OUT)/fleet.json)

.PHONY: demo build test attack speed lint bench bench-placement install needs clean

# Builds, solves a fleet, checks the plan and its proof, and draws a page of it.
demo: build
	@mkdir -p $(OUT)
	@if [ -z "$(SHIPPED)" ]; then \
	  $(EMPLACE) generate placement --size s --seed 1 --output $(OUT)/fleet.json; fi
	$(EMPLACE) solve $(FLEET) --time-limit 50 --output $(OUT)/plan.json \
	  --certificate $(OUT)/proof.json --history $(OUT)/history.json
	@echo
	$(EMPLACE) verify $(FLEET) $(OUT)/plan.json --certificate $(OUT)/proof.json
	@echo
	$(EMPLACE) report $(FLEET) $(OUT)/plan.json --html $(OUT)/plan.html \
	  --certificate $(OUT)/proof.json --history $(OUT)/history.json
	@echo
	@echo "Open $(abspath $(OUT)/plan.html) in a browser."

build: needs
	swift build $(FLAGS) --product emplace

# Runs every test, then those that hold times once more, alone; the last lines are the summary of
# swift test.
test: needs
	swift build $(FLAGS) --build-tests
	swift test $(FLAGS) --skip-build
	EMPLACE_SPEED=1 swift test $(FLAGS) --skip-build --no-parallel \
	  --filter "theTimeLimitCoversTheWholeCommand|InterruptionTests"

# What make test does a little of: thousands of hostile files and forgeries, and twenty runs of each
# algorithm with one thread and with two, through the command.
attack: needs
	swift build $(FLAGS) --build-tests
	EMPLACE_SPEED=1 EMPLACE_HOSTILE_CASES=2000 EMPLACE_HOSTILE_SECONDS=1 EMPLACE_FORGERIES=1000 EMPLACE_REPEATS=20 \
	  swift test $(FLAGS) --skip-build \
	  --filter "HostileCommandTests|HostileTests|ForgeryTests|RepeatabilityTests"

# The figures of speed that the tests hold, on a machine that should do nothing else meanwhile.
speed: needs
	swift build $(FLAGS) --build-tests
	EMPLACE_SPEED=1 swift test $(FLAGS) --skip-build --no-parallel \
	  --filter "DocumentSpeedTests|FilesSpeedTests|DerivationScaleTests|GAPReaderTests|PlacementGeneratorTests|DocumentFuzzTests"

lint:
	swift format lint --strict --recursive Package.swift Sources Tests

# Solves instances and appends a row for each to a table, as Results/README.md explains:
#   make bench INSTANCES=Instances/placement/tiny-hand ROWS=Results/tiny-hand.csv
#   make bench INSTANCES="a.txt b.txt" FROM=gap KNOWN=known.csv OPTIONS="--time-limit 10"
INSTANCES ?= $(patsubst %/known.csv,%,$(sort $(wildcard Instances/placement/*/known.csv)))
ROWS ?= $(OUT)/bench.csv
export OPTIONS THREADS FROM SENSE KNOWN EMPLACE

bench: build
	@mkdir -p $(dir $(ROWS))
	Results/bench.sh $(ROWS) $(INSTANCES)

# Runs Emplace and other solvers side by side and resumes where it stopped, as Results/README.md
# explains:
#   make bench-placement DATA=../data
#   make bench-placement OPTIONS="--time-limit 5 --seeds 1 --only gap-d20200 --results out/trial"
DATA ?= ../shared/data
PYTHON ?= python3

bench-placement: build
	$(PYTHON) Tests/Peers/bench.py --data $(DATA) $(OPTIONS)

install: build
	install -d $(DESTDIR)$(PREFIX)/bin
	install -m 755 $(EMPLACE) $(DESTDIR)$(PREFIX)/bin/emplace

# GLPK's header, which the backend is compiled against.
needs:
	@if ! printf '#include <glpk.h>\n' | clang -E -x c - > /dev/null 2>&1; then \
	  echo "glpk.h is missing: installing libglpk-dev"; \
	  if ! command -v apt-get > /dev/null; then \
	    echo "There is no apt-get here. Install GLPK 5 with its header and try again."; exit 1; fi; \
	  SUDO=; if [ "$$(id -u)" != 0 ]; then SUDO=sudo; fi; \
	  $$SUDO apt-get update -qq && \
	  DEBIAN_FRONTEND=noninteractive $$SUDO apt-get install -y -qq libglpk-dev; fi

clean:
	rm -rf .build $(OUT)
