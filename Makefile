# SkyrimNet Proxy: what developers do. Players need run.sh or run.bat only.
#
# GNU make, and any JDK 25 or newer that run.sh finds. JUnit comes by Maven, the real CLIs by npm,
# both into build/; Chromium by apt-get where that is allowed. Tests that talk to real programs run
# in a network namespace with nothing in it but loopback.

JAR := build/skyrimnet-proxy.jar
TESTS := build/tests
CLI := build/cli

JUNIT_VERSION := 6.0.3
JUNIT_SHA256 := 3ba0d6150af79214a1411f9ea2fbef864eef68b68c89a17f672c0b89bff9d3a2
JUNIT := build/lib/junit-platform-console-standalone-$(JUNIT_VERSION).jar
SHA256SUM := $(if $(shell command -v sha256sum),sha256sum,shasum -a 256)
CLI_PACKAGES := @anthropic-ai/claude-code@2.1.330 @openai/codex@0.169.0 openai@7.57.0

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
TEST_JAVA = $(JDK)/bin/java -ea -XX:+UseSerialGC -cp $(TEST_PATH) \
  -Dskyproxy.jar=$(JAR) -Dskyproxy.cli=$(CLI)
RUN_TESTS = skyproxy.testing.RunTests $(TESTS) build/count $(if $(T),class=$(T))
RUN_ISOLATED = @$(ISOLATE) $(TEST_JAVA) $(if $(UNSHARE),-Dskyproxy.isolated=true) $(RUN_TESTS)

.DELETE_ON_ERROR:
.PHONY: all run test test-cli test-browser bench check clean help cli browser

all: $(JAR) ## compile and pack build/skyrimnet-proxy.jar

run: ## build and start the proxy; ARGS='--port 8001' passes options
	@./run.sh $(ARGS)

test: $(TESTS)/compiled ## the fast tests; T=Name for one class, here and below
	@$(TEST_JAVA) $(RUN_TESTS) untagged=cli,browser,jar

test-cli: $(TESTS)/compiled cli ## the tests with the real Claude and Codex CLIs and OpenAI's SDK
	$(RUN_ISOLATED) tag=cli

test-browser: $(TESTS)/compiled browser ## the dashboard's tests in a real browser
	$(RUN_ISOLATED) tag=browser

bench: $(TESTS)/compiled ## measure; ARGS are the benchmark's
	@$(TEST_JAVA) skyproxy.bench.Bench $(ARGS)

check: $(TESTS)/compiled cli browser ## all tests, what the jar promises too; ends in the count
	$(RUN_ISOLATED)

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

$(JUNIT):
	@echo "Fetching JUnit $(JUNIT_VERSION)"
	@mkdir -p build/fetched $(@D)
	@command -v mvn >/dev/null || { echo "Maven is needed to fetch JUnit: install mvn."; exit 1; }
	@mvn -q -B dependency:copy -DoutputDirectory=$(CURDIR)/build/fetched \
	  -Dartifact=org.junit.platform:junit-platform-console-standalone:$(JUNIT_VERSION)
	@echo "$(JUNIT_SHA256)  build/fetched/$(@F)" | $(SHA256SUM) -c >/dev/null
	@mv build/fetched/$(@F) $@

# What can not be had is said in one line, and the tests that need it are skipped: not an error.
# Packages whose install scripts npm did not run are set up by hand.
cli:
	@[ "$$(cat $(CLI)/ready 2>/dev/null)" = "$(CLI_PACKAGES)" ] || { \
	  echo "Fetching the real CLIs into $(CLI)"; mkdir -p $(CLI)/home; rm -f $(CLI)/ready; \
	  cd $(CLI) && export CODEX_HOME="$$PWD/home" && { \
	    npm install --prefix . --no-save --no-audit --no-fund $(CLI_PACKAGES) </dev/null && \
	    { node_modules/.bin/claude --version || \
	      (cd node_modules/@anthropic-ai/claude-code && node install.cjs); } && \
	    node_modules/.bin/claude --version && node_modules/.bin/codex --version && \
	    echo "$(CLI_PACKAGES)" >ready; } >npm.log 2>&1; } || \
	  echo "npm could not fetch the real CLIs, see $(CLI)/npm.log: their tests are skipped."

browser:
	@mkdir -p build; command -v chromium >/dev/null || { \
	  [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && echo "Installing Chromium" && \
	  { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y \
	    --no-install-recommends chromium; } >build/chromium.log 2>&1 </dev/null; } || \
	  echo "Chromium is not installed and could not be: the browser's tests are skipped."
