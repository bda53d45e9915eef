# SkyrimNet Proxy: what developers do. Players need run.sh or run.bat only.
#
# Works with GNU make and any JDK 25 or newer that run.sh finds; JUnit comes through Maven, the
# real CLIs through npm, both into build/, which `make clean` removes.

JAR := build/skyrimnet-proxy.jar
JUNIT_VERSION := 6.0.3
JUNIT_SHA256 := 3ba0d6150af79214a1411f9ea2fbef864eef68b68c89a17f672c0b89bff9d3a2
JUNIT := build/lib/junit-platform-console-standalone-$(JUNIT_VERSION).jar
TESTS := build/tests

# Looked for when first used, so that `make help` needs no JDK.
JDK = $(eval JDK := $$(shell RUN_SH=jdk ./run.sh))$(or $(JDK),$(error No JDK))
RUN_TESTS = $(JDK)/bin/java -ea -XX:+UseSerialGC -cp $(TESTS):$(JAR):$(JUNIT) \
  skyproxy.testing.RunTests $(TESTS) build/count

.DELETE_ON_ERROR:
.PHONY: all run test check clean help

all: $(JAR) ## compile and pack build/skyrimnet-proxy.jar

run: ## build and start the proxy; ARGS='--port 8001' passes options
	./run.sh $(ARGS)

test: $(TESTS)/.compiled ## the fast tests; T=Name for one class
	@$(RUN_TESTS) untagged=cli,browser,jar $(if $(T),class=$(T))

check: $(TESTS)/.compiled ## everything there is to test, as continuous integration does
	@$(RUN_TESTS)

clean: ## remove everything that was built
	rm -rf build

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.* ## /\1\t/p' Makefile | expand -t 14

# Folders count too: a file that was deleted changes its folder.
$(JAR): $(shell find src)
	@$(JDK)/bin/java src/build/Build.java $@

$(TESTS)/.compiled: $(JAR) $(JUNIT) $(shell find test -mindepth 1 -path test/fixtures -prune -o -print)
	@rm -rf $(TESTS) && mkdir -p $(TESTS)
	@$(JDK)/bin/javac --release 25 -encoding UTF-8 -proc:none -Xlint:all,-serial -Werror \
	  -d $(TESTS) -cp $(JAR):$(JUNIT) $$(find test -name '*.java')
	@touch $@

$(JUNIT):
	@echo "Fetching JUnit $(JUNIT_VERSION)"
	@mkdir -p build/fetched build/lib
	@mvn -q -B dependency:copy -DoutputDirectory=$(CURDIR)/build/fetched \
	  -Dartifact=org.junit.platform:junit-platform-console-standalone:$(JUNIT_VERSION)
	@echo "$(JUNIT_SHA256)  build/fetched/$(notdir $@)" | sha256sum --check --quiet
	@mv build/fetched/$(notdir $@) $@
