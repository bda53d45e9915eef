package skyproxy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.module.ModuleFinder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skyproxy.testing.RealCli;

/// The promises of the jar: tiny, the same bytes for everybody, nothing needed but the JDK.
@Tag("jar")
final class JarTest {
  private static final int MOST_KB = 1100;
  private static final Path JAR = Path.of(System.getProperty("skyproxy.jar"));
  private static final int JAVA_8 = 52;

  @TempDir
  private Path folder;

  @Test
  void the_same_sources_give_the_same_bytes_in_another_folder_on_another_day() throws Exception {
    Path copy = folder.resolve("a b");
    // Backwards, since some file systems list files as they were made.
    for (Path file : Tree.files().reversed()) {
      if (file.startsWith("src")) {
        Path to = copy.resolve(file);
        Files.createDirectories(to.getParent());
        Files.write(to, Files.readAllBytes(file));
      }
    }
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    ProcessBuilder build = new ProcessBuilder(java.toString(), "-Duser.timezone=Asia/Tokyo",
        "-Duser.language=tr", "src/build/Build.java").directory(copy.toFile());
    build.environment().put("TZ", "America/New_York");
    try (JarFile jar = new JarFile(JAR.toFile())) {
      build.environment().put("COMMIT",
          jar.getManifest().getMainAttributes().getValue("Build-Commit"));
    }
    assertEquals("", RealCli.output(build));
    assertArrayEquals(Files.readAllBytes(JAR),
        Files.readAllBytes(copy.resolve("build", "skyrimnet-proxy.jar")));
    try (var left = Files.list(copy.resolve("build"))) {
      assertEquals(1, left.count(), "the build leaves nothing but the jar");
    }
  }

  @Test
  void the_jar_is_small() throws Exception {
    long size = Files.size(JAR);
    System.out.printf("%s: %,d bytes, at most %d KB%n", JAR, size, MOST_KB);
    assertTrue(size <= MOST_KB * 1024L);
  }

  @Test
  void the_jar_needs_only_modules_of_the_jdk() {
    StringWriter said = new StringWriter();
    PrintWriter out = new PrintWriter(said, true);
    int status = ToolProvider.findFirst("jdeps").orElseThrow()
        .run(out, out, "--multi-release", "25", "--print-module-deps", JAR.toString());
    assertEquals(0, status, said::toString);
    for (String module : said.toString().strip().split(",")) {
      assertTrue(ModuleFinder.ofSystem().find(module).isPresent(), module);
    }
  }

  @Test
  void the_launcher_alone_is_made_for_an_old_java() throws Exception {
    List<String> old = new ArrayList<>();
    try (JarFile jar = new JarFile(JAR.toFile())) {
      for (var entry : jar.stream().filter(each -> each.getName().endsWith(".class")).toList()) {
        try (DataInputStream in = new DataInputStream(jar.getInputStream(entry))) {
          in.skipNBytes(6);
          if (in.readUnsignedShort() <= JAVA_8) {
            old.add(entry.getName());
          }
        }
      }
      assertEquals("skyproxy.Launcher",
          jar.getManifest().getMainAttributes().getValue("Main-Class"));
    }
    assertEquals(List.of("skyproxy/Launcher.class"), old);
  }

  @Test
  void an_older_java_says_in_one_line_what_is_needed() throws Exception {
    Path java = olderJava();
    assumeTrue(java != null, "There is no Java older than 25 in /usr/lib/jvm to try.");
    Path copy = Files.copy(JAR, folder.resolve("elsewhere.jar"));
    String said = RealCli.output(new ProcessBuilder(java.toString(), "-jar", copy.toString()));
    assertTrue(said.matches("SkyrimNet Proxy needs Java 25 or newer, and this is Java \\d+ "
        + "\\(.*\\): install Temurin 25 from adoptium\\.net and start again\\.\n"), said);
  }

  private static Path olderJava() throws IOException {
    Path places = Path.of("/usr/lib/jvm");
    if (!Files.isDirectory(places)) {
      return null;
    }
    try (Stream<Path> homes = Files.list(places)) {
      return homes.filter(home -> Files.exists(home.resolve("release")))
          .filter(home -> Tree.text(home.resolve("release"))
              .matches("(?s).*JAVA_VERSION=\"(1\\.\\d|9|1\\d|2[0-4])\\b.*"))
          .map(home -> home.resolve("bin", "java")).filter(Files::isExecutable)
          .findFirst().orElse(null);
    }
  }

  @Test
  void no_source_is_in_the_jar() throws IOException {
    try (JarFile jar = new JarFile(JAR.toFile())) {
      assertEquals(List.of(), jar.stream().map(JarEntry::getName)
          .filter(name -> name.endsWith(".java")).toList());
    }
  }
}
