# SPDX-License-Identifier: GPL-2.0-only
#
# Makefile - builds klpd, klpctl, klp.ko, the patches and the tests, all below .output/.
#
# It has two halves. On a machine that has the tools (Debian 13) the second half builds there. On
# other machines, and always for tests, the first half makes a Debian 13 root once
# (scripts/mkroot) and runs the same make inside it (scripts/enter). `make help` lists the goals.

MAKEFLAGS += --no-builtin-rules --no-builtin-variables
.DELETE_ON_ERROR:
.SUFFIXES:
SHELL := /bin/bash
.DEFAULT_GOAL := all

VERSION := $(shell cat VERSION)
V ?= 0
# Not exported, because O has another meaning for kbuild.
O := $(or $(KLPD_OUTPUT),.output)
unexport O
JOBS ?= $(shell nproc)
FUZZ_SECONDS ?= 600
FAULT_STRIDE ?= 1
# of `make scale`: one of tests/vm/kernels; all of them if it is empty
SCALE_KERNEL ?=
PREFIX ?= /usr
DESTDIR ?=

Q := $(if $(filter-out 0,$(V)),,@)
say = $(if $(filter-out 0,$(V)),:,printf '  %-8s %s\n' $(1) $(2))

# Goals that run on the host as it is; every other goal needs the tools.
HOST_GOALS := help clean install demo check check-debug guest meta fault root bench scale
goals := $(or $(MAKECMDGOALS),all)
build_goals := $(filter-out $(HOST_GOALS),$(goals))

# The root is known to be complete; elsewhere ask each tool for its version, only if it is needed.
native_probe = command -v clang llvm-strip bpftool pahole >/dev/null && \
	test "$$(clang -dumpversion | cut -d. -f1)" -ge 19 && \
	pkg-config --atleast-version=1.5 libbpf && pkg-config --atleast-version=257 libsystemd
ifeq ($(KLPD_INSIDE),1)
here := yes
else ifneq ($(build_goals),)
here := $(shell ($(native_probe)) 2>/dev/null && echo yes)
endif

help:
	@printf '%s\n' \
	'make            build everything (in a Debian 13 root if this machine lacks the tools)' \
	'make demo       build, then show klpd at work in a guest' \
	'make check      every test: static, unit, fuzz (briefly), and the guests on both kernels' \
	'make check-debug  the guest tests under a kernel with KASAN and lockdep, made once from source' \
	'make bench      what calls, enabling and transitions cost, in instructions (10 minutes)' \
	'make install    DESTDIR= PREFIX=/usr: install what was built (not the module)' \
	'make clean      remove $(O)/' \
	'' \
	'make unit       unit tests under ASan and UBSan' \
	'make static     checks of the sources' \
	'make fuzz       each fuzzer for FUZZ_SECONDS=$(FUZZ_SECONDS)' \
	'make guest      the guest tests on every kernel of tests/vm/kernels' \
	'make fault      klpd dies, or errs, at every FAULT_STRIDE=$(FAULT_STRIDE)th system call of each change (hours)' \
	'make scale      64 patches of 256 functions: enabled, taken over, replaced, disabled (an hour)' \
	'make meta       does the guest runner tell the truth about hangs, panics and empty runs?' \
	'make programs | kmod | patches | facts      parts of it' \
	'make root       only make the Debian 13 root; its place: scripts/mkroot --path' \
	'' \
	'V=1 shows commands; JOBS=N.  In the environment: KLPD_OUTPUT=DIR instead of .output (below' \
	'the checkout), KLPD_CACHE=DIR instead of ~/.cache/klpd for the root and the guest images.'

clean:
	$(Q)rm -rf $(O)

root:
	$(Q)scripts/mkroot

# ---- first half: run make inside the root ------------------------------------------------------

# Pass on short flags such as -k; the jobserver stays outside.
short_flags := $(filter-out --%,$(firstword -$(MAKEFLAGS)))
inner_flags := $(if $(findstring k,$(short_flags)),-k) $(if $(findstring n,$(short_flags)),-n)
in_root = scripts/mkroot >/dev/null && mkdir -p $(O) && \
	scripts/enter -e KLPD_OUTPUT flock $(O)/.lock make --no-print-directory -j$(JOBS) $(inner_flags) \
		$(MAKEOVERRIDES)

demo:
	$(Q)$(in_root) all
	$(Q)tests/vm/run tests/guest/demo.sh

check:
	$(Q)tests/check

check-debug:
	$(Q)tests/check debug

bench:
	$(Q)$(in_root) all tests
	$(Q)tests/bench/run

guest:
	$(Q)$(in_root) all tests
	$(Q)tests/vm/suite

scale:
	$(Q)$(in_root) all tests scale-parts
	$(Q)tests/vm/suite -j 1 $(foreach k,$(SCALE_KERNEL),-k $(k)) tests/guest/scale.sh

fault:
	$(Q)$(in_root) all tests
	$(Q)tests/vm/suite -a $(FAULT_STRIDE) tests/guest/fault-all.sh
	$(Q)grep -h '^# faults tried' $(O)/logs/fault-all@*.out

meta:
	$(Q)$(in_root) root-ready
	$(Q)tests/vm/meta/run

.PHONY: help clean root demo check check-debug bench guest scale fault meta install

ifneq ($(build_goals),)
ifneq ($(here),yes)
.PHONY: delegate $(build_goals)
delegate: $(filter clean,$(goals))
	$(Q)$(in_root) $(build_goals)
$(build_goals): delegate ;
else
include Build.mk
endif
endif

# ---- install -----------------------------------------------------------------------------------

install:
	$(Q)test -x $(O)/bin/klpd || { echo "make: nothing to install: run make first" >&2; exit 1; }
	$(Q)install -D -m 755 $(O)/bin/klpd $(DESTDIR)$(PREFIX)/sbin/klpd
	$(Q)install -D -m 755 $(O)/bin/klpctl $(DESTDIR)$(PREFIX)/bin/klpctl
	$(Q)install -d $(DESTDIR)$(PREFIX)/lib/klpd/patches $(DESTDIR)$(PREFIX)/include/klp
	$(Q)install -m 644 -t $(DESTDIR)$(PREFIX)/lib/klpd/patches $(wildcard $(O)/patches/*.klp.o)
	$(Q)install -m 644 -t $(DESTDIR)$(PREFIX)/include/klp $(wildcard include/klp/*.h bpf/klp/*.h)
	$(Q)for f in src/units/*.service src/units/*.socket; do \
		install -D -m 644 "$$f" "$(DESTDIR)$(PREFIX)/lib/systemd/system/$${f##*/}"; done
	$(Q)for kind in sysusers tmpfiles; do for f in src/units/*$$kind*; do \
		test ! -f "$$f" || install -D -m 644 "$$f" "$(DESTDIR)$(PREFIX)/lib/$$kind.d/klpd.conf"; \
	done; done
	$(Q)install -D -m 644 completion/klpctl \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions/klpctl
	$(Q)for s in 1 5 7 8; do for f in man/*.$$s; do \
		test ! -f "$$f" || install -D -m 644 "$$f" "$(DESTDIR)$(PREFIX)/share/man/man$$s/$${f##*/}"; \
	done; done
	$(Q)test ! -f completion/klpctl || \
		install -D -m 644 completion/klpctl $(DESTDIR)$(PREFIX)/share/bash-completion/completions/klpctl
