package skyproxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skyproxy.testing.RealCli;

/// The Makefile on a machine that lacks things, where there are few programs.
final class MakefileTest {
  @TempDir
  private Path temp;
  private Path project;
  private Path programs;

  @BeforeEach
  void copy_the_makefile() throws IOException {
    project = Files.createDirectories(temp.resolve("mein Spiel ä"));
    programs = Files.createDirectories(temp.resolve("bin"));
    Files.copy(Path.of("Makefile"), project.resolve("Makefile"));
    Files.createDirectories(project.resolve("src"));
    Files.createDirectories(project.resolve("test"));
    Files.createDirectories(project.resolve("build"));
    Files.createFile(project.resolve("build").resolve("skyrimnet-proxy.jar"));
    for (String name : List.of("make", "find", "mkdir")) link(name);
    program("id", "echo 1000");
  }

  @Test
  void where_no_locale_is_set_java_gets_one_and_else_keeps_what_is_set() throws Exception {
    Files.writeString(project.resolve("more.mk"), "include Makefile\nlocale:;@echo $$LC_ALL\n");
    assertEquals("C.UTF-8\n", make(Map.of(), "-f", "more.mk", "locale"));
    assertEquals("C.UTF-8\n", make(Map.of("LANG", "C"), "-f", "more.mk", "locale"));
    assertEquals("\n", make(Map.of("LANG", "de_DE.UTF-8"), "-f", "more.mk", "locale"));
  }

  @Test
  void what_the_tests_lack_is_installed_for_root_at_once() throws Exception {
    program("id", "echo 0");
    program("apt-get", "echo \"$@\" >>'" + temp.resolve("asked") + "'");
    program("npm", "exit");
    String missing = "maven python3-pip chromium debootstrap gpgv";
    starts("Installing " + missing + "\n", "check");
    assertEquals("update\ninstall -y --no-install-recommends " + missing + "\n",
        Files.readString(temp.resolve("asked")));
    starts("Installing maven\n", "test");
    program("apt-get", "exit 100");
    starts("Installing " + missing + "\napt-get could not install them, see build/apt.log.\n"
        + "Install for all tests: " + missing, "check");
  }

  @Test
  void what_the_tests_lack_is_said_in_one_line_to_everybody_else() throws Exception {
    program("apt-get", "echo asked >'" + temp.resolve("asked") + "'");
    program("unshare", "exit 1");
    String without = " (without Maven there is none)\nmake: ***";
    starts("Install for all tests: maven iproute2 npm python3-pip chromium" + without, "check");
    starts("Install for all tests: maven" + without, "test");
    program("mvn", "exit 1");
    program("ip", "exit");
    assertEquals("""
        Install for all tests: chromium
        Chromium is not installed: the browser's tests are skipped.
        """, make(Map.of(), "browser"));
    assertFalse(Files.exists(temp.resolve("asked")));
  }

  @Test
  void junit_is_taken_from_what_maven_keeps_where_its_sum_is_right() throws Exception {
    for (String name : List.of("cp", "mv", "sha256sum")) link(name);
    Path jar;
    try (Stream<Path> all = Files.list(Path.of("build", "lib"))) {
      jar = all.filter(each -> each.toString().endsWith(".jar")).findFirst().orElseThrow();
    }
    String name = jar.getFileName().toString();
    Path kept = Files.createDirectories(temp.resolve("my home").resolve(Path.of(".m2", "repository",
        "org", "junit", "platform", "junit-platform-console-standalone",
        name.replaceAll(".*-|[.]jar", "")))).resolve(name);
    Map<String, String> home = Map.of("HOME", temp.resolve("my home").toString());
    Files.writeString(kept, "something else");
    String said = make(home, "build/lib/" + name);
    assertTrue(said.startsWith("Install for all tests: maven"), said);
    Files.copy(jar, kept, StandardCopyOption.REPLACE_EXISTING);
    make(home, "build/lib/" + name);
    assertEquals(-1, Files.mismatch(jar, project.resolve("build", "lib", name)));
  }

  private void starts(String expected, String target) throws Exception {
    String said = make(Map.of(), target);
    assertEquals(expected, said.substring(0, Math.min(expected.length(), said.length())), said);
  }

  private String make(Map<String, String> environment, String... arguments) throws Exception {
    ProcessBuilder make = new ProcessBuilder(Stream.concat(
        Stream.of(programs.resolve("make").toString(), "-s"), Stream.of(arguments)).toList())
        .directory(project.toFile());
    make.environment().clear();
    make.environment().put("PATH", programs.toString());
    make.environment().putAll(environment);
    return RealCli.output(make);
  }

  private void link(String name) throws IOException {
    Path found = Stream.of(System.getenv("PATH").split(File.pathSeparator))
        .map(folder -> Path.of(folder, name)).filter(Files::isExecutable).findFirst().orElse(null);
    assumeTrue(found != null, "There is no " + name + ".");
    program(name, "exec " + found + " \"$@\"");
  }

  private void program(String name, String script) throws IOException {
    Path file = Files.writeString(programs.resolve(name), "#!/bin/sh\n" + script + "\n");
    assertTrue(file.toFile().setExecutable(true));
  }
}
