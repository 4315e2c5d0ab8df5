# Muster: `make demo` runs it on a simulated centre, `make test` proves it. From any folder:
# make -C PATH demo. More options: make demo ARGS="--port 8060 --seed 3".
ROOT := $(patsubst %/,%,$(dir $(abspath $(lastword $(MAKEFILE_LIST)))))
ARGS ?=

.PHONY: help demo test clean
help:
	@echo "make demo   a simulated contact centre with everything running, on http://127.0.0.1:8050"
	@echo "make test   style, types and all tests"
	@echo "make clean  removes the environment and the demo's data"

demo:
	@"$(ROOT)/scripts/environment" run
	@exec "$(ROOT)/.venv/bin/wfm" demo --data-dir "$(ROOT)/wfm-demo" --stop-with $$PPID $(ARGS)

test:
	@"$(ROOT)/scripts/environment" test
	@exec "$(ROOT)/scripts/test" $(ARGS)

clean:
	@rm -rf "$(ROOT)/.venv" "$(ROOT)/wfm-demo"
