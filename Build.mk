# SPDX-License-Identifier: GPL-2.0-only
#
# Build.mk - the second half of the Makefile: how each product is built, where the tools are.
#
# Lists of sources are wildcards: a file in a layer's directory belongs to the layer. Products:
#
#   bin/klpd bin/klpctl          obj/libLAYER.a, obj/LAYER/        the programs
#   kmod/KVER/NAME.ko            for every kernel with headers
#   kmod/KVER/abi/klp.ko         the companion with a variable ABI version, for tests
#   patches/NAME.klp.o           tests/patches/NAME.klp.o          BPF, CO-RE, stripped of DWARF
#   tests/unit/ tests/fuzz/      with sanitizers, from asan/ and fuzz/ builds of the same sources
#   tests/facts/ tests/kmod/     run in guests to check assumptions about the kernel, and klp.ko
#   tests/bench/                 run in guests to measure
#   tests/programs/              used by guest tests: they put tasks in unusual places

CC := $(or $(filter-out default,$(if $(filter environment command,$(origin CC)),$(CC))),gcc)
CLANG ?= clang
AR := ar
LAYERS := util shared patch kern core
ARCH := x86
MULTIARCH := $(shell gcc -print-multiarch 2>/dev/null)

CPPFLAGS := -D_GNU_SOURCE -Isrc -Iinclude -I$(O)/include
WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Werror
BASE_CFLAGS := -std=gnu11 -g $(WARNINGS) -MMD -MP
CFLAGS_release := $(BASE_CFLAGS) -O2 -fPIE -fstack-protector-strong -D_FORTIFY_SOURCE=2
SANITIZE := -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
CFLAGS_asan := $(BASE_CFLAGS) $(SANITIZE)
CFLAGS_fuzz := $(BASE_CFLAGS) $(SANITIZE) -fsanitize=fuzzer-no-link
LDFLAGS := -pie -Wl,-z,relro,-z,now -Wl,--as-needed
LIBS_klpd := -lsystemd -lbpf -lelf -lz -lcap
LIBS_klpctl := -lsystemd
BPF_CFLAGS := -g -O2 -Wall -Werror -target bpf -D__TARGET_ARCH_$(ARCH) -Iinclude -Ibpf -Ivmlinux/$(ARCH) \
	$(addprefix -idirafter /usr/include/,$(MULTIARCH)) -MMD -MP

sources = $(wildcard src/$(1)/*.c)
objects = $(patsubst src/%.c,$(O)/$(2)/%.o,$(call sources,$(1)))
# A layer without sources has no archive; programs that need it then fail to link.
archives = $(foreach l,$(1),$(if $(call sources,$(l)),$(O)/$(2)/lib$(l).a))

# ---- lists of products -------------------------------------------------------------------------

PROGRAMS := $(addprefix $(O)/bin/,klpd klpctl)
PATCHES := $(foreach f,$(wildcard patches/*/*.bpf.c),$(O)/patches/$(basename $(basename $(notdir $f))).klp.o)
TEST_PATCHES := $(foreach f,$(wildcard tests/patches/*.bpf.c),$(O)/tests/patches/$(basename $(basename $(notdir $f))).klp.o)
UNITS := $(patsubst tests/unit/%.c,$(O)/tests/unit/%,$(wildcard tests/unit/test-*.c))
FUZZERS := $(patsubst tests/fuzz/%.c,$(O)/tests/fuzz/%,$(wildcard tests/fuzz/fuzz-*.c))
# Test programs in C, and BPF programs, which become objects for bpftool and skeletons for the C
# programs.
TEST_BPF := $(foreach d,facts kmod programs bench,$(wildcard tests/$(d)/*.bpf.c))
TEST_SKELS := $(patsubst %.bpf.c,$(O)/include/%.skel.h,$(notdir $(filter tests/facts/% tests/kmod/%,$(TEST_BPF))))
test_programs = $(patsubst tests/%.c,$(O)/tests/%,$(filter-out %.bpf.c,$(wildcard tests/$(1)/$(2)*.c))) \
	$(patsubst tests/%.c,$(O)/tests/%.o,$(filter tests/$(1)/%,$(TEST_BPF)))
FACTS := $(call test_programs,facts,fact-) $(call test_programs,kmod,kmod-) \
	$(patsubst tests/%.sh,$(O)/tests/%.sh,$(wildcard tests/facts/fact-*.sh))
HELPERS := $(call test_programs,programs)
BENCHES := $(call test_programs,bench,bench-)

# Kernels whose headers are installed.
KVERS := $(shell ls -dv /lib/modules/*/build/Makefile 2>/dev/null | cut -d/ -f4)
# Those of the debug kernel (scripts/mkdebug), if it is mounted here; only make check-debug does
# that.
DEBUG_TOP := /srv
DEBUG_KVERS := $(shell ls -dv $(DEBUG_TOP)/lib/modules/*/build/Makefile 2>/dev/null | cut -d/ -f5)
# `make scale`: 64 patches of 256 functions each, two hexadecimal digits a patch, and the module they patch.
SCALE_MODULE := test_klpd_many_all
HEX := 0 1 2 3 4 5 6 7 8 9 a b c d e f
SCALE_PATCHES := $(foreach a,0 1 2 3,$(foreach b,$(HEX),$(O)/tests/scale/many-$(a)$(b).klp.o)) $(O)/tests/scale/many-next.klp.o

MODULES := $(if $(wildcard src/kmod/Kbuild),klp klp-abi) $(filter-out $(SCALE_MODULE),$(notdir $(patsubst %/Kbuild,%,$(wildcard tests/modules/*/Kbuild))))

all: programs kmod patches
tests: units fuzzers facts helpers benches test-patches
programs: $(PROGRAMS)
patches: $(PATCHES)
test-patches: $(TEST_PATCHES)
units: $(UNITS)
fuzzers: $(FUZZERS)
facts: $(FACTS)
helpers: $(HELPERS)
benches: $(BENCHES)
scale-parts: $(SCALE_PATCHES)
root-ready:
.PHONY: all tests programs kmod kmod-debug patches test-patches units fuzzers facts helpers benches \
	root-ready scale-parts unit static fuzz FORCE

# ---- settings: products are rebuilt when these change ------------------------------------------

# Compilers and flags: products that depend on this file are rebuilt when they change.
$(O)/.settings: FORCE
	@mkdir -p $(@D)
	@{ $(CC) --version | head -n 1; $(CLANG) --version | head -n 1; cat /etc/debian_version; \
		echo '$(CFLAGS_release) $(SANITIZE) $(CPPFLAGS) $(BPF_CFLAGS) $(KVERS)'; } >$@.new 2>&1
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@

$(O)/include/version.h: VERSION
	@mkdir -p $(@D)
	$(Q)echo '#define KLPD_VERSION "$(VERSION)"' >$@

# ---- programs ----------------------------------------------------------------------------------

# compile FLAVOUR DIRECTORY COMPILER - objects and archives of the layers in one of three builds.
define compile
$(O)/$(2)/%.o: src/%.c $(O)/.settings | $(O)/include/version.h
	@mkdir -p $$(@D)
	@$$(call say,CC,$$@)
	$$(Q)$(3) $$(CPPFLAGS) $$(CFLAGS_$(1)) -c -o $$@ $$<

$(foreach l,$(LAYERS),$(eval $(O)/$(2)/lib$(l).a: $(call objects,$(l),$(2))))
$(O)/$(2)/lib%.a:
	@$$(call say,AR,$$@)
	$$(Q)rm -f $$@ && $$(AR) rcs $$@ $$(filter %.o,$$^)
endef
$(eval $(call compile,release,obj,$(CC)))
$(eval $(call compile,asan,asan,$(CLANG)))
$(eval $(call compile,fuzz,fuzz,$(CLANG)))

$(O)/bin/klpd: $(call objects,klpd,obj) $(call archives,core kern patch shared util,obj)
$(O)/bin/klpctl: $(call objects,klpctl,obj) $(call archives,shared util,obj)
$(PROGRAMS):
	@mkdir -p $(@D)
	@$(call say,LINK,$@)
	$(Q)test -n '$(filter %.o,$^)' || { echo 'make: $@ has no sources in src/$(@F)/' >&2; exit 1; }
	$(Q)$(CC) $(CFLAGS_release) $(LDFLAGS) -o $@ $(filter %.o,$^) \
		-Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(LIBS_$(@F))

# ---- BPF ---------------------------------------------------------------------------------------

# bpf_object OUTPUT SOURCE
define bpf_object
$(1): $(2) $(O)/.settings
	@mkdir -p $$(@D)
	@$$(call say,BPF,$$@)
	$$(Q)$$(CLANG) $$(BPF_CFLAGS) -I$(dir $(2)) -MT $$@ -MF $$@.d -c -o $$@.tmp $$<
	$$(Q)llvm-strip -g $$@.tmp && mv $$@.tmp $$@
-include $(1).d
endef
$(foreach f,$(TEST_BPF),$(eval $(call bpf_object,$(O)/$(f:.c=.o),$(f))))
$(foreach f,$(wildcard patches/*/*.bpf.c),$(eval $(call bpf_object,$(O)/patches/$(basename $(basename $(notdir $f))).klp.o,$(f))))
$(foreach f,$(wildcard tests/patches/*.bpf.c),$(eval $(call bpf_object,$(O)/tests/patches/$(basename $(basename $(notdir $f))).klp.o,$(f))))

# The successor of all of them has the functions of the first.
$(SCALE_PATCHES): $(O)/tests/scale/many-%.klp.o: tests/patches/many.h $(O)/.settings
	@mkdir -p $(@D)
	@$(call say,BPF,$@)
	$(Q)$(CLANG) $(BPF_CFLAGS) -x c -DMANY_NAME='"many-$*"' -DMANY_MODULE=$(SCALE_MODULE) \
		-DMANY_SET=$(patsubst next,00,$*) -DMANY_VALUE=$(if $(filter next,$*),2,1) -MT $@ -MF $@.d -c -o $@.tmp $<
	$(Q)llvm-strip -g $@.tmp && mv $@.tmp $@

skeleton = @mkdir -p $(@D) && $(call say,SKEL,$@) && bpftool gen skeleton $< name $(subst -,_,$(*F)) >$@
$(foreach f,$(filter tests/facts/% tests/kmod/%,$(TEST_BPF)),$(eval $(O)/include/$(basename $(basename $(notdir $f))).skel.h: $(O)/$(f:.c=.o)))
$(TEST_SKELS): $(O)/include/%.skel.h:
	$(skeleton)

# ---- modules -----------------------------------------------------------------------------------

# The sources of a module: the companion's, or those of a test module. The companion is built
# twice; the second build reports the ABI version of its parameter `abi`, initially 99.
kmod_source = $(if $(filter klp klp-abi,$(1)),src/kmod,tests/modules/$(1))
kmod_product = $(O)/kmod/$(2)/$(if $(filter klp-abi,$(1)),abi/klp,$(1)).ko

# module NAME KVER GOAL TOP - run kbuild on links to the sources, so that nothing is written
# beside them.
define module
$(3): $(call kmod_product,$(1),$(2))
$(call kmod_product,$(1),$(2)): $(wildcard $(call kmod_source,$(1))/*) $(wildcard include/klp/*.h) VERSION
	@mkdir -p $$(@D) $(O)/kmod/$(2)/.build/$(1)
	@$$(call say,KMOD,$$@)
	$$(Q)find $(O)/kmod/$(2)/.build/$(1) -type l -delete
	$$(Q)ln -sf $$(abspath $$(wildcard $(call kmod_source,$(1))/*)) $(O)/kmod/$(2)/.build/$(1)/
	$$(Q)$$(MAKE) -s -C $(4)/lib/modules/$(2)/build M=$$(CURDIR)/$(O)/kmod/$(2)/.build/$(1) \
		KLP_INCLUDE=$$(CURDIR)/include KLP_VERSION=$(VERSION) \
		KCFLAGS='-Werror$(if $(filter klp-abi,$(1)), -DKLP_TEST_ABI=99)' modules
	$$(Q)readelf -SW $(O)/kmod/$(2)/.build/$(1)/$(1:-abi=).ko | grep -q ' \.BTF ' || \
		{ echo 'make: $$@ would have no .BTF section: is pahole installed?' >&2; exit 1; }
	$$(Q)cp $(O)/kmod/$(2)/.build/$(1)/$(1:-abi=).ko $$@
endef
$(foreach k,$(KVERS),$(foreach m,$(MODULES),$(eval $(call module,$(m),$(k),kmod))))
$(foreach k,$(KVERS),$(eval $(call module,$(SCALE_MODULE),$(k),scale-parts)))
$(foreach k,$(DEBUG_KVERS),$(foreach m,$(MODULES),$(eval $(call module,$(m),$(k),kmod-debug,$(DEBUG_TOP)))))
kmod-debug:
	$(if $(DEBUG_KVERS),,@echo 'make: no debug kernel is here: run make check-debug' >&2; false)
kmod:
	$(if $(KVERS),,@echo 'make: no kernel headers are installed, so klp.ko is not built' >&2)

# ---- tests -------------------------------------------------------------------------------------

TEST_ARCHIVES := core kern patch shared util
LINK_TEST = -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(LIBS_klpd)

$(UNITS): $(O)/tests/unit/%: tests/unit/%.c $(call archives,$(TEST_ARCHIVES),asan) $(O)/.settings
	@mkdir -p $(@D)
	@$(call say,UNIT,$@)
	$(Q)$(CLANG) $(CPPFLAGS) -Itests -Itests/unit $(CFLAGS_asan) -MT $@ -MF $@.d -o $@ $< $(LINK_TEST)

$(FUZZERS): $(O)/tests/fuzz/%: tests/fuzz/%.c $(call archives,$(TEST_ARCHIVES),fuzz) $(O)/.settings
	@mkdir -p $(@D)
	@$(call say,FUZZ,$@)
	$(Q)$(CLANG) $(CPPFLAGS) $(CFLAGS_fuzz) -fsanitize=fuzzer -Wno-missing-prototypes \
		-MT $@ -MF $@.d -o $@ $< $(LINK_TEST)

define fact
$(O)/tests/$(1)/%: tests/$(1)/%.c $(O)/.settings | $(TEST_SKELS) $(O)/include/version.h
	@mkdir -p $$(@D)
	@$$(call say,FACT,$$@)
	$$(Q)$$(CC) $$(CPPFLAGS) -Itests -Itests/facts -Itests/kmod $$(CFLAGS_release) $$(LDFLAGS) -MT $$@ -MF $$@.d -o $$@ $$< \
		-lbpf -lelf -lz
endef
$(foreach d,facts kmod,$(eval $(call fact,$(d))))
$(O)/tests/facts/%.sh: tests/facts/%.sh
	@mkdir -p $(@D)
	$(Q)install -m 755 $< $@

$(O)/tests/programs/%: tests/programs/%.c $(O)/.settings
	@mkdir -p $(@D)
	@$(call say,CC,$@)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS_release) $(LDFLAGS) -MT $@ -MF $@.d -o $@ $<
$(O)/tests/bench/%: tests/bench/%.c $(O)/.settings
	@mkdir -p $(@D)
	@$(call say,BENCH,$@)
	$(Q)$(CC) $(CPPFLAGS) -Itests -Itests/facts -Itests/kmod -Itests/bench $(CFLAGS_release) $(LDFLAGS) -MT $@ -MF $@.d -o $@ $< -lbpf

unit: $(UNITS)
	$(Q)tests/each unit 120 $(UNITS)
static:
	$(Q)tests/each static 300 $(wildcard tests/static/check-*)
fuzz: $(FUZZERS)
	$(Q)FUZZ_SECONDS=$(FUZZ_SECONDS) tests/each fuzz $$(($(FUZZ_SECONDS) + 120)) $(FUZZERS)

-include $(foreach d,obj asan fuzz,$(patsubst src/%.c,$(O)/$(d)/%.d,$(wildcard src/*/*.c)))
-include $(addsuffix .d,$(UNITS) $(FUZZERS) $(filter-out %.sh %.o,$(FACTS)) $(HELPERS) $(BENCHES))
