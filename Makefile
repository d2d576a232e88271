# Every target sets up what it needs; python3 (3.11 or newer) and make are all that must be there.
PYTHON ?= python3
RUN := .venv
DEV := .venv-dev
# Outside the lock: its builds differ from platform to platform, and so do the libraries for GPUs that come with them.
TORCH := torch==2.13.0
# Tests that mind no neighbours; the others measure time or memory, or have a browser, a cluster or clients at their side.
AT_ONCE := $(addprefix tests/,audio cli features fitting formats inference timeline training)
# What `make test-fast` leaves out: browsers, nginx, Ray, training, containers, installed wheels.
SLOW := $(addprefix tests/,browser container deploy/test_proxy.py deploy/test_ray_service.py e2e scale/ray_serve \
	scale/test_ray_data.py training)
LOCK := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --custom-compile-command "make lock" --quiet

.PHONY: run serve wheel dev test test-fast test-container check fmt bench lock clean debian

run: $(RUN)/ready  ## classify a generated sound and print the answer
	@mkdir -p build
	@$(RUN)/bin/python -m examples.sample build/sample.wav
	$(RUN)/bin/earmark classify build/sample.wav

serve: $(RUN)/ready  ## the service with its page at http://127.0.0.1:8000, until Ctrl-C
	@$(RUN)/bin/earmark serve

wheel: $(RUN)/ready  ## dist/earmark-….whl, to install anywhere; the models are in it
	$(RUN)/bin/pip wheel --quiet --no-deps --wheel-dir dist .

dev: $(DEV)/ready  ## everything that tests, benchmarks and training need

test: check debian  ## everything that must hold before a change lands
	$(DEV)/bin/python -m pytest --numprocesses 2 --dist loadfile $(AT_ONCE)
	$(DEV)/bin/python -m pytest $(AT_ONCE:%=--ignore=%)

test-fast: $(DEV)/ready  ## the tests of the service itself: no browser, nginx, Ray, training, containers
	$(DEV)/bin/python -m pytest --numprocesses 2 --dist loadfile $(filter-out $(SLOW),$(AT_ONCE))
	$(DEV)/bin/python -m pytest $(AT_ONCE:%=--ignore=%) $(SLOW:%=--ignore=%)

# As root, with Debian's buildah, debootstrap, runc and curl; from nothing it takes many minutes.
test-container: $(DEV)/ready  ## build the images and run them, without Docker
	$(DEV)/bin/python -m pytest tests/container/check_service.py tests/container/check_targets.py

check: $(DEV)/ready  ## style, types, spelling, dependencies
	$(DEV)/bin/ruff check .
	$(DEV)/bin/ruff format --check .
	$(DEV)/bin/mypy
	$(DEV)/bin/codespell
	$(DEV)/bin/deptry .

fmt: $(DEV)/ready
	$(DEV)/bin/ruff check --fix .
	$(DEV)/bin/ruff format .

bench: $(DEV)/ready  ## speed and memory as ratios, see docs/performance.md
	$(DEV)/bin/python -m benchmarks

lock: $(DEV)/ready  ## pin the newest versions that fit pyproject.toml
	$(DEV)/bin/$(LOCK) --upgrade -o requirements.lock
	$(DEV)/bin/$(LOCK) --upgrade --extra dev -c requirements.lock -o requirements-dev.lock

clean:
	rm -rf $(RUN) $(DEV) build dist .mypy_cache .ruff_cache .hypothesis .schemathesis

$(RUN)/ready: requirements.lock requirements-dev.lock pyproject.toml
	$(call new_venv,$(RUN),requirements.lock,,library)

$(DEV)/ready: requirements-dev.lock pyproject.toml
	$(call new_venv,$(DEV),requirements-dev.lock,$(TORCH))

debian:  # what the tests use that comes from no Python package: name of the command, and of its package
	@PATH="$$PATH:/usr/sbin"; for tool in espeak-ng:espeak-ng chromium:chromium nginx:nginx-light; do \
		command -v $${tool%:*} > /dev/null || missing="$$missing $${tool#*:}"; \
	done; \
	test -z "$$missing" || { test $$(id -u) -eq 0 && command -v apt-get > /dev/null \
		&& apt-get update -qq && apt-get install -y -qq --no-install-recommends $$missing; } > /dev/null \
		|| { echo "The tests need more than Python. Install it with: apt-get install$$missing"; exit 1; }

define new_venv
@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	|| { echo "Earmark needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V)."; exit 1; }
@$(PYTHON) -c 'import ensurepip' 2>/dev/null \
	|| { echo "Python's venv is missing. Install it with: apt-get install python3-venv"; exit 1; }
@echo "Setting up $(1) ..."
@$(PYTHON) -m venv --clear $(1)
@$(if $(4),$(1)/bin/python deploy/image/pins.py $(4) > $(1)/extras.lock)
@$(1)/bin/pip install --quiet --require-hashes -r $(2) $(if $(4),-r $(1)/extras.lock)
@$(if $(3),$(1)/bin/pip install --quiet $(3))
@$(1)/bin/pip install --quiet --no-deps -e .
@touch $@
endef
