# nabiz: build, test, install. `make help` lists the targets.
#
# Knobs (make NAME=value):
#   CC=gcc|clang    compiler
#   DEV=1           warnings are errors
#   SAN=asan|tsan|fuzz
#                   sanitizer build under build/SAN (asan: address + undefined; fuzz: libFuzzer)
#   O=-O2           optimisation
#   PREFIX, DESTDIR, SYSCONFDIR
#                   where `make install` puts things (/usr/local, nothing in front, /etc)
#   V=1             show the commands

VERSION := 0.1.0
VERSION_DATE := November 22, 2026

CC ?= cc
ifeq ($(origin CC),default)
CC := gcc
endif
O ?= -O2
PREFIX ?= /usr/local
DESTDIR ?=
SYSCONFDIR ?= /etc
Q := $(if $(V),,@)

.DEFAULT_GOAL := all

# Packages of Debian 12; one list for `make deps` and CI.
DEPS_BUILD := gcc make pkg-config libc6-dev protobuf-c-compiler libprotobuf-c-dev liblmdb-dev \
  libzstd-dev libssl-dev libicu-dev libuchardet-dev libidn2-dev libpsl-dev libcurl4-openssl-dev \
  libxml2-dev libxslt1-dev libjansson-dev libmicrohttpd-dev zlib1g-dev libroaring-dev \
  libcairo2-dev fonts-dejavu-core
DEPS_TEST := libcmocka-dev openssl python3-aiosmtpd
# What CI needs on top: the other compiler with its sanitizers and fuzzer, and the linters.
DEPS_CI := clang libclang-rt-14-dev clang-format shellcheck mandoc
# Those that benchmarks are measured against.
DEPS_BENCH := g++ libsqlite3-dev libxapian-dev libigraph-dev
# What the trials against real software install, and nothing else does.
DEPS_REAL := wordpress wordpress-theme-twentytwentythree mariadb-server-core mariadb-client-core \
  micro-httpd php-cli php-mysql php-xml php-mbstring redmine redmine-sqlite puma

PACKAGES := libprotobuf-c lmdb libzstd libssl libcrypto icu-uc icu-i18n uchardet libidn2 libpsl libcurl \
  libxml-2.0 libxslt jansson libmicrohttpd zlib cairo

B := build$(addprefix /,$(SAN))$(if $(findstring clang,$(CC)),/clang)

# Asked for when the first source is compiled, not when this file is read: before `make deps` there
# may be no pkg-config.
pkg_config = $(or $(shell pkg-config $(1) $(PACKAGES)),$(error run "make deps" first))
PKG_CFLAGS = $(eval PKG_CFLAGS := $$(patsubst -I%,-isystem %,$$(call pkg_config,--cflags)))$(PKG_CFLAGS)
PKG_LIBS = $(eval PKG_LIBS := $$(call pkg_config,--libs) -lroaring)$(PKG_LIBS) # Debian's has no .pc

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wvla -Wconversion -Wsign-conversion -Wformat=2 \
  -Wundef -Wcast-qual -Wwrite-strings -Wstrict-prototypes -Wmissing-prototypes \
  -Wnull-dereference -Wdouble-promotion $(if $(DEV),-Werror)
HARDENING := -fstack-protector-strong -fPIE $(if $(SAN),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
SAN_asan := -fsanitize=address,undefined -fno-sanitize-recover=all
SAN_tsan := -fsanitize=thread
SAN_fuzz := -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
SAN_FLAGS := $(if $(SAN),$(SAN_$(SAN)) -fno-omit-frame-pointer)
CPPFLAGS_ALL = -D_GNU_SOURCE -Iinclude -I. -I$(B)/gen $(PKG_CFLAGS) $(CPPFLAGS)
CFLAGS_ALL := -std=c11 -g $(O) $(WARNINGS) $(HARDENING) $(SAN_FLAGS) -pthread \
  -ffile-prefix-map=$(CURDIR)=. $(CFLAGS)
LDFLAGS_ALL := -pie -pthread -Wl,-z,relro,-z,now -Wl,--as-needed $(SAN_FLAGS) $(LDFLAGS)

# The program itself is main and its commands; everything else is in the library, where tests see it.
BIN_SRC := service/main.c $(sort $(wildcard service/cmd_*.c))
LIB_SRC := $(sort $(wildcard common/*.c crawler/*.c crawler/*/*.c analyzer/*.c analyzer/*/*.c) \
  $(filter-out $(BIN_SRC),$(wildcard service/*.c service/*/*.c)))
TEST_SRC := $(sort $(wildcard tests/unit/test_*.c))
FUZZ_SRC := $(sort $(wildcard tests/fuzz/fuzz_*.c))
HELPER_SRC := $(sort $(wildcard tests/lib/*.c))

LIB_OBJ := $(LIB_SRC:%.c=$(B)/%.o) $(B)/gen/record.pb-c.o
BIN_OBJ := $(BIN_SRC:%.c=$(B)/%.o)
TESTS := $(TEST_SRC:tests/unit/%.c=$(B)/tests/%)
REPLAYS := $(FUZZ_SRC:tests/fuzz/%.c=$(B)/tests/replay_%)
FUZZERS := $(FUZZ_SRC:tests/fuzz/%.c=$(B)/tests/%)
EVAL_SRC := $(sort $(wildcard tests/eval/eval_*.c))
EVALS := $(EVAL_SRC:tests/eval/%.c=$(B)/tests/%)
BENCH_SRC := $(sort $(wildcard tests/bench/bench_*.c))
BENCHES := $(BENCH_SRC:tests/bench/%.c=$(B)/tests/%)
TOOL_SRC := $(sort $(wildcard tools/train_*.c))
TOOL_PARTS := $(sort $(filter-out $(TOOL_SRC),$(wildcard tools/*.c)))
TOOLS := $(TOOL_SRC:%.c=$(B)/%)
HELPER_OBJ := $(HELPER_SRC:%.c=$(B)/%.o)
SITE_SRC := $(sort $(wildcard tests/site/*.c))
SITE_OBJ := $(SITE_SRC:tests/%.c=$(B)/%.o) # not beside the program of the same name

# Real material for evaluations and some tests; without it they say so and are skipped.
NABIZ_DATA ?= ../shared/data
export NABIZ_DATA

.PHONY: all
all: $(B)/nabiz build/turkish.bin ## Build the program (build/nabiz)

$(B)/nabiz: $(BIN_OBJ) $(B)/libnabiz.a
	@echo "  LD    $@"
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $(BIN_OBJ) $(B)/libnabiz.a $(PKG_LIBS) -lm

# The lexicons of morphology, compiled. It is found from lexicons/ by this name, so all builds share
# it; any of them makes the same bytes.
build/turkish.bin: $(B)/nabiz $(wildcard lexicons/suffixes.txt lexicons/roots/*.txt)
	@echo "  MORPH $@"
	$(Q)$(B)/nabiz lexicon compile --set data.lexicons=lexicons --output $@

$(B)/libnabiz.a: $(LIB_OBJ)
	@echo "  AR    $@"
	$(Q)rm -f $@ && ar rcsD $@ $^

$(B)/gen/record.pb-c.c $(B)/gen/record.pb-c.h &: include/nabiz/record.proto
	@echo "  PROTO $<"
	@mkdir -p $(B)/gen
	$(Q)protoc-c --c_out=$(B)/gen -Iinclude/nabiz $<

$(B)/gen/record.pb-c.o: $(B)/gen/record.pb-c.c
	@echo "  CC    $<"
	$(Q)$(CC) $(CPPFLAGS_ALL) -std=c11 -g $(O) -w $(HARDENING) $(SAN_FLAGS) -c -o $@ $<

$(B)/common/version.o: CPPFLAGS_ALL += -DNB_VERSION='"$(VERSION)"' \
  -DNB_VERSION_DATE='"$(VERSION_DATE)"'
$(B)/common/version.o: Makefile
# Compiled again when PREFIX is another one than last time.
$(B)/gen/prefix: FORCE
	@mkdir -p $(@D)
	@echo '$(PREFIX)' | cmp -s - $@ || echo '$(PREFIX)' >$@
.PHONY: FORCE
$(B)/common/paths.o: $(B)/gen/prefix
$(B)/common/paths.o: CPPFLAGS_ALL += -DNB_SHARE_DIR='"$(PREFIX)/share/nabiz"'

define compile
	@echo "  CC    $<"
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<
endef

$(B)/%.o: %.c | $(B)/gen/record.pb-c.h
	$(call compile)
$(B)/site/%.o: tests/site/%.c | $(B)/gen/record.pb-c.h
	$(call compile)

# The invented web that demonstrations and tests crawl.
$(B)/tests/site: $(SITE_OBJ) $(B)/libnabiz.a
	@echo "  LD    $@"
	@mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $(SITE_OBJ) $(B)/libnabiz.a $(PKG_LIBS) -lm

# A test program is one source, the helpers and the library.
define link_test
	@echo "  LD    $@"
	@mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $(filter %.o,$^) $(B)/libnabiz.a $(PKG_LIBS) -lcmocka -lm $(1)
endef

$(filter $(B)/tests/test_site%,$(TESTS)): $(filter-out %/main.o,$(SITE_OBJ))
$(TESTS): $(B)/tests/%: $(B)/tests/unit/%.o $(HELPER_OBJ) $(B)/libnabiz.a
	$(call link_test)
$(REPLAYS): $(B)/tests/replay_%: $(B)/tests/fuzz/%.o $(B)/tests/fuzz/replay.o $(HELPER_OBJ) $(B)/libnabiz.a
	$(call link_test)
$(FUZZERS): $(B)/tests/fuzz_%: $(B)/tests/fuzz/fuzz_%.o $(HELPER_OBJ) $(B)/libnabiz.a
	$(call link_test,-fsanitize=fuzzer)
$(EVALS): $(B)/tests/%: $(B)/tests/eval/%.o $(HELPER_OBJ) $(B)/libnabiz.a
	$(call link_test)
# The server, the feeds and the peer of the crawler's.
$(B)/tests/bench_crawl: $(patsubst %.c,$(B)/%.o,$(wildcard tests/bench/crawl/*.c))
# The peers of the index's; Xapian's is C++ and a program of its own.
$(B)/tests/bench_index: $(patsubst %.c,$(B)/%.o,$(wildcard tests/bench/index/*.c)) | $(B)/tests/index_xapian
$(B)/tests/bench_index: BENCH_LIBS := -lsqlite3
# The peer of the walk of trust.
$(B)/tests/bench_influence: BENCH_LIBS := -ligraph
$(B)/tests/bench/bench_influence.o: CPPFLAGS_ALL += -isystem /usr/include/igraph
$(B)/tests/index_xapian: tests/bench/index/xapian_peer.cc
	@echo "  CXX   $<"
	@mkdir -p $(@D)
	$(Q)$(CXX) -std=c++17 -O2 -Wall -Wextra -o $@ $< -lxapian
$(BENCHES): $(B)/tests/%: $(B)/tests/bench/%.o $(HELPER_OBJ) $(B)/libnabiz.a
	$(call link_test,$(BENCH_LIBS))

# What trains the models in models/. The solver's loops want more of the compiler than the rest.
$(B)/tools/opinion_fit.o $(B)/tools/opinion_vectors.o: CFLAGS_ALL += -O3 -fno-math-errno
$(TOOLS): $(B)/tools/%: $(B)/tools/%.o $(TOOL_PARTS:%.c=$(B)/%.o) $(B)/libnabiz.a
	@echo "  LD    $@"
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $(filter %.o,$^) $(B)/libnabiz.a $(PKG_LIBS) -lm

# The driver of the demonstration and of the crash tests.
$(B)/tests/play: $(patsubst %.c,$(B)/%.o,$(wildcard tests/demo/*.c)) $(B)/libnabiz.a
	$(call link_test)

# A working day of virtual time.
$(B)/tests/soak: $(B)/tests/bench/soak/soak.o $(HELPER_OBJ) $(B)/libnabiz.a
	$(call link_test)

# What runs after `make deps` runs in a make of its own, on all processors unless told otherwise.
SUBMAKE = $(MAKE) --no-print-directory $(if $(findstring -j,$(MAKEFLAGS)),,-j$$(nproc))

.PHONY: deps
deps: ## Install the Debian 12 packages that are missing
	@.ci/deps "$(PACKAGES) cmocka" $(DEPS_BUILD) $(DEPS_TEST)

.PHONY: deps-ci
deps-ci: deps ## The same for what lint and CI need on top
	@.ci/deps "$(PACKAGES) cmocka" $(DEPS_CI)

.PHONY: deps-bench
deps-bench: deps ## The same for what benchmarks are measured against
	@.ci/deps "$(PACKAGES) sqlite3 xapian-core igraph" $(DEPS_BENCH)

SCENARIO_PROGRAMS := $(B)/nabiz build/turkish.bin $(B)/tests/site $(B)/tests/play $(B)/tests/soak
RUN_TESTS = $(Q)NABIZ_SAN=$(SAN) tests/run $(B)

.PHONY: programs
programs: $(B)/nabiz build/turkish.bin $(TESTS) $(REPLAYS) $(SCENARIO_PROGRAMS)

# What make eval and make models run, which no test starts.
.PHONY: measures
measures: $(EVALS) $(TOOLS)

.PHONY: test
test: deps ## Install what is missing, build everything, run every test
	@echo "== build"
	$(Q)$(SUBMAKE) programs || { echo "0 passed, 1 failed"; exit 1; }
	$(RUN_TESTS)

.PHONY: scenario
scenario: $(SCENARIO_PROGRAMS) ## Build and run the scenarios only
	$(RUN_TESTS) scenario

.PHONY: real
real: deps ## Install real software of sites from Debian, fill it on loopback, and crawl it
	@.ci/deps "$(PACKAGES)" $(DEPS_REAL)
	$(Q)$(SUBMAKE) $(B)/nabiz build/turkish.bin
	$(Q)tests/real/run $(B)

.PHONY: demo
demo: deps ## Install what is missing, build, and play weeks of a story in under a minute
	$(Q)$(SUBMAKE) $(SCENARIO_PROGRAMS)
	$(Q)rm -rf $(B)/demo
	$(Q)$(B)/tests/play --nabiz $(B)/nabiz --site $(B)/tests/site --config tests/demo/nabiz.conf \
	  --dir $(B)/demo

.PHONY: unit
unit: $(TESTS) ## Build and run the unit tests only
	$(Q)failed=0; for t in $(TESTS); do \
	  echo "  TEST  $$t"; timeout 300 $$t >$$t.log 2>&1 || { cat $$t.log; failed=1; }; done; exit $$failed

.PHONY: replay
replay: $(REPLAYS) ## Run every fuzz target over its seeds and past findings
	$(Q)failed=0; for t in $(REPLAYS); do echo "  FUZZ  $$t"; \
	  timeout 300 $$t tests/fuzz/corpus/$${t##*/replay_fuzz_} || failed=1; done; exit $$failed

.PHONY: fuzzers
fuzzers: $(FUZZERS) ## Build the fuzz targets (SAN=fuzz CC=clang)

.PHONY: golden golden-update
golden: $(B)/nabiz build/turkish.bin ## Compare what commands print with tests/golden/CASE/want
	$(Q)tests/golden/run $(B)/nabiz
golden-update: $(B)/nabiz build/turkish.bin ## Write tests/golden/CASE/want anew; review with git diff
	$(Q)tests/golden/run $(B)/nabiz --update

.PHONY: lint
lint: $(B)/nabiz ## Check the rules of the house: layers, forbidden functions, format and so on
	$(Q)NABIZ=$(B)/nabiz CC_FLAGS="$(CPPFLAGS_ALL) -std=c11 -O2 $(WARNINGS) -pthread" tests/lint/run

.PHONY: eval
eval: $(EVALS) $(TOOLS) ## Measure quality on held-out material
	$(Q)mkdir -p $(B)/models && if [ -d $(NABIZ_DATA)/treebanks ]; then \
	  cp models/*.bin $(B)/models && \
	  gzip -dc $(NABIZ_DATA)/reviews/train.tsv.gz | $(B)/tools/train_typing $(NABIZ_DATA) \
	    $(B)/models/diacritics.bin $(B)/models/words.bin tuning && \
	  $(B)/tools/train_ranker $(NABIZ_DATA) lexicons $(B)/models/ranker.bin tuning; fi
	$(Q)for t in $(EVALS); do $$t || exit 1; done

.PHONY: models
models: $(TOOLS) ## Train the models in models/ anew from the real material
	$(Q)if [ -d $(NABIZ_DATA)/treebanks ]; then \
	  $(B)/tools/train_ranker $(NABIZ_DATA) lexicons models/ranker.bin && \
	  gzip -dc $(NABIZ_DATA)/reviews/train.tsv.gz | \
	    $(B)/tools/train_typing $(NABIZ_DATA) models/diacritics.bin models/words.bin && \
	  $(B)/tools/train_language $(NABIZ_DATA) lexicons models/language.bin && \
	  $(B)/tools/train_opinion $(NABIZ_DATA) tests/eval/labels/posts.tsv models/own lexicons \
	    models/opinion.bin && \
	  $(B)/tools/train_events $(NABIZ_DATA) tests/eval/labels/events.tsv lexicons \
	    lexicons/events/second.txt models/events/posts.tsv tests/eval/events_said.tsv; \
	else echo "skipped: $(NABIZ_DATA) is not here (set NABIZ_DATA to where the material is)"; fi

.PHONY: bench
bench: deps-bench ## Measure speed, as ratios within one run
	$(Q)$(SUBMAKE) $(BENCHES) build/turkish.bin
	$(Q)for t in $(BENCHES); do $$t || exit 1; done

.PHONY: soak
soak: $(B)/tests/soak ## Eight hours of virtual time with 10,000 sources
	$(Q)$<

# What `make install` puts where, below DESTDIR.
BINDIR = $(PREFIX)/bin
SHAREDIR = $(PREFIX)/share/nabiz
MANDIR = $(PREFIX)/share/man/man1
UNITDIR = $(PREFIX)/lib/systemd/system
BASHDIR = $(PREFIX)/share/bash-completion/completions
ZSHDIR = $(PREFIX)/share/zsh/site-functions
FISHDIR = $(PREFIX)/share/fish/vendor_completions.d
CONFDIR = $(SYSCONFDIR)/nabiz

.PHONY: install
install: $(B)/nabiz build/turkish.bin ## Install below DESTDIR and PREFIX; keeps a configuration that is there
	install -d $(addprefix $(DESTDIR),$(BINDIR) $(SHAREDIR) $(MANDIR) $(UNITDIR) $(BASHDIR) \
	  $(ZSHDIR) $(FISHDIR) $(CONFDIR))
	install -m 755 $(B)/nabiz $(DESTDIR)$(BINDIR)/nabiz
	cd lexicons && find . -type f -exec install -D -m 644 {} $(DESTDIR)$(SHAREDIR)/lexicons/{} \;
	cd models && find . -maxdepth 1 -type f -exec install -D -m 644 {} $(DESTDIR)$(SHAREDIR)/models/{} \;
	install -m 644 build/turkish.bin $(DESTDIR)$(SHAREDIR)/turkish.bin
	cd config/forums && \
	  find . -type f -exec install -D -m 644 {} $(DESTDIR)$(SHAREDIR)/forums/{} \;
	cd config/templates && \
	  find . -type f -exec install -D -m 644 {} $(DESTDIR)$(SHAREDIR)/templates/{} \;
	install -m 644 config/nabiz.conf config/recipients.conf $(DESTDIR)$(SHAREDIR)
	[ -e $(DESTDIR)$(CONFDIR)/nabiz.conf ] || sed 's|^    #dir = .*|    dir = "/var/lib/nabiz";|' \
	  config/nabiz.conf >$(DESTDIR)$(CONFDIR)/nabiz.conf
	sed -e 's|@BINDIR@|$(BINDIR)|' -e 's|@SYSCONFDIR@|$(SYSCONFDIR)|' \
	  config/systemd/nabiz.service >$(DESTDIR)$(UNITDIR)/nabiz.service
	$(B)/nabiz help --man >$(DESTDIR)$(MANDIR)/nabiz.1
	$(B)/nabiz help --completion bash >$(DESTDIR)$(BASHDIR)/nabiz
	$(B)/nabiz help --completion zsh >$(DESTDIR)$(ZSHDIR)/_nabiz
	$(B)/nabiz help --completion fish >$(DESTDIR)$(FISHDIR)/nabiz.fish

.PHONY: uninstall
uninstall: ## Remove what install put there; the configuration and the data stay
	rm -f $(addprefix $(DESTDIR),$(BINDIR)/nabiz $(MANDIR)/nabiz.1 $(UNITDIR)/nabiz.service \
	  $(BASHDIR)/nabiz $(ZSHDIR)/_nabiz $(FISHDIR)/nabiz.fish)
	rm -rf $(DESTDIR)$(SHAREDIR)

.PHONY: install-check
install-check: ## Install into a scratch directory, try it there, and remove it again
	$(Q)tests/install/run $(MAKE)

.PHONY: clean
clean: ## Remove everything that was built
	rm -rf build

.PHONY: help
help: ## This list
	@sed -n '2,/^$$/s/^# \{0,1\}//p' Makefile
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' Makefile | \
	  awk -F'\t' '{printf "  %-13s %s\n", $$1, $$2}'

-include $(LIB_OBJ:.o=.d) $(patsubst %.c,$(B)/%.d,$(wildcard tools/*.c)) $(BIN_OBJ:.o=.d) $(SITE_OBJ:.o=.d) $(patsubst %.c,$(B)/%.d,$(wildcard tests/*/*.c tests/*/*/*.c))
.SECONDARY:
