package skyproxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
    for (String name : List.of("make", "find", "mkdir")) {
      Path found = Stream.of(System.getenv("PATH").split(File.pathSeparator))
          .map(folder -> Path.of(folder, name)).filter(Files::isExecutable).findFirst()
          .orElse(null);
      assumeTrue(found != null, "There is no " + name + ".");
      program(name, "exec " + found + " \"$@\"");
    }
  }

  @Test
  void where_no_locale_is_set_java_gets_one_and_else_keeps_what_is_set() throws Exception {
    Files.writeString(project.resolve("more.mk"), "include Makefile\nlocale:;@echo $$LC_ALL\n");
    assertEquals("C.UTF-8\n", make(Map.of(), "-f", "more.mk", "locale"));
    assertEquals("C.UTF-8\n", make(Map.of("LANG", "C"), "-f", "more.mk", "locale"));
    assertEquals("\n", make(Map.of("LANG", "de_DE.UTF-8"), "-f", "more.mk", "locale"));
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

  private void program(String name, String script) throws IOException {
    Path file = Files.writeString(programs.resolve(name), "#!/bin/sh\n" + script + "\n");
    assertTrue(file.toFile().setExecutable(true));
  }
}
