package skyproxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The architecture, and the habits a compiler does not know.
///
/// A package may import what has a higher rank than itself and nothing else, so packages of one
/// rank do not see each other. The rooms of a package have ranks of their own between its rank and
/// the next. A new package gets its place in [#RANKS].
@Tag("anywhere")
final class LayoutTest {
  private static final Map<String, Double> RANKS = Map.ofEntries(
      Map.entry("", 0.0),
      Map.entry("dashboard", 1.0), Map.entry("server", 1.0),
      Map.entry("scenes", 1.0),
      Map.entry("routing", 2.0),
      Map.entry("claude", 3.0), Map.entry("claude.cli", 3.1), Map.entry("claude.messages", 3.2),
      Map.entry("codex", 3.0), Map.entry("openai", 3.0), Map.entry("demo", 3.0),
      Map.entry("upstream", 4.0),
      Map.entry("settings", 5.0), Map.entry("stats", 5.0), Map.entry("speech", 5.0),
      Map.entry("chat", 6.0),
      Map.entry("sse", 7.0), Map.entry("json", 7.0), Map.entry("files", 7.0),
      Map.entry("threads", 7.0), Map.entry("windows", 7.0));

  private static final Set<String> TOP = Set.of("Makefile", "src", "test", "README.md", "LICENSE",
      "run.bat", "run.sh", ".ci", ".gitignore", ".gitattributes");

  private static final Path PROGRAM = Path.of("src", "skyproxy");
  private static final Pattern IMPORT = Pattern.compile("import (static )?([\\w.*]+);");
  private static final Pattern OWN = Pattern.compile("\\bskyproxy\\.((?:[a-z]\\w*\\.)*)[A-Z*]");
  private static final Pattern TYPE = Pattern.compile(
      "((?:public |final |abstract |sealed |non-sealed )*)"
          + "(class|interface|record|enum|@interface) (\\w+).*");

  @Test
  void the_top_level_holds_what_it_should_and_nothing_else() {
    Set<String> found = Tree.files().stream().map(file -> file.getName(0).toString())
        .filter(name -> !TOP.contains(name)).collect(Collectors.toSet());
    assertEquals(Set.of(), found);
  }

  @Test
  void every_package_has_a_rank() {
    check(program(), (file, report) -> {
      if (!RANKS.containsKey(packageOf(file))) {
        report.accept(0, "its package has no rank");
      }
    });
  }

  @Test
  void imports_point_down() {
    check(program(), (file, report) -> eachLine(file, (number, line) ->
        upward(packageOf(file), line).forEach(used ->
            report.accept(number, "must not know skyproxy." + used))));
  }

  @Test
  void the_rooms_of_a_package_are_seen_and_held_to_their_ranks() {
    Path room = PROGRAM.resolve(Path.of("claude", "messages", "Any.java"));
    assertEquals("claude.messages", packageOf(room));
    assertEquals(List.of("claude.cli"),
        upward(packageOf(room), "import skyproxy.claude.cli.Any;"));
    assertEquals(List.of("claude"),
        upward(packageOf(room), "import static skyproxy.claude.Any.any;"));
    assertEquals(List.of(), upward("claude.cli", "import skyproxy.claude.messages.Any;"));
    assertEquals(List.of("codex.any"), upward("claude", "skyproxy.codex.any.Any any;"));
  }

  /// What is the same for every vendor knows none: `/health` alone has members named after them.
  @Test
  void only_the_wiring_and_the_settings_name_vendors_besides_their_own_packages() {
    Pattern vendor = Pattern.compile("claude|anthropic|codex|openrouter|openai");
    Set<String> rooms = Set.of("claude", "codex", "openai", "settings");
    Set<Path> allowed = Set.of(PROGRAM.resolve("Wiring.java"),
        PROGRAM.resolve("server", "HealthHandler.java"));
    List<Path> common = sources("java", "html", "css", "js").stream()
        .filter(file -> file.startsWith(PROGRAM) && !allowed.contains(file))
        .filter(file -> !rooms.contains(packageOf(file).split("\\.")[0])).toList();
    check(common, (file, report) -> eachLine(file, (number, line) -> {
      // The page speaks of vendors to players, who know them with a capital letter.
      String code = code(line).replaceFirst("\\s//.*", "");
      boolean java = file.toString().endsWith(".java");
      if (vendor.matcher(java ? code.toLowerCase(Locale.ROOT) : code).find()) {
        report.accept(number, "names a vendor");
      }
    }));
  }

  @Test
  void the_program_imports_the_jdk_alone_and_the_tests_junit_besides() {
    Pattern jdk = Pattern.compile(
        "(java|javax|jdk|com\\.sun\\.(net\\.httpserver|management)|skyproxy)\\..*");
    check(java("src", "test"), (file, report) -> eachImport(file, (number, name) -> {
      boolean junit = file.startsWith("test") && name.startsWith("org.junit.");
      if (!jdk.matcher(name).matches() && !junit) {
        report.accept(number, "imports " + name);
      }
      if (name.endsWith("*")) {
        report.accept(number, "imports everything there is");
      }
    }));
  }

  @Test
  void static_imports_come_first() {
    check(java("src", "test"), (file, report) -> {
      List<String> imports = Tree.lines(file).stream()
          .filter(line -> line.startsWith("import ")).toList();
      List<String> sorted = imports.stream()
          .sorted((a, b) -> Boolean.compare(isStatic(b), isStatic(a))).toList();
      if (!imports.equals(sorted)) {
        report.accept(0, "a static import comes after another");
      }
    });
  }

  @Test
  void files_have_at_most_400_lines() {
    check(sources("java", "html", "css", "js"), (file, report) -> {
      if (Tree.lines(file).size() > 400) {
        report.accept(0, "has " + Tree.lines(file).size() + " lines");
      }
    });
  }

  @Test
  void lines_have_at_most_100_columns_and_no_tabs() {
    check(sources("java", "css", "js"), (file, report) -> eachLine(file, (number, line) -> {
      if (line.codePointCount(0, line.length()) > 100) {
        report.accept(number, "has over 100 columns");
      }
      if (line.contains("\t") || !line.equals(line.stripTrailing())) {
        report.accept(number, "has a tab, or blanks at its end");
      }
    }));
  }

  @Test
  void every_top_level_type_says_what_it_is() {
    check(java("src", "test"), (file, report) -> eachType(file, (number, type) -> {
      List<String> lines = Tree.lines(file);
      int above = number - 2;
      while (above >= 0 && !lines.get(above).startsWith("///") && !lines.get(above).isBlank()) {
        above--;
      }
      if (above < 0 || !lines.get(above).startsWith("///")) {
        report.accept(number, type.group(3) + " has no /// comment");
      }
    }));
  }

  /// An indirect question (`How a provider is.`) reads as a riddle until one knows the answer.
  @Test
  void the_comment_of_a_type_begins_with_no_question() {
    Pattern question = Pattern.compile("/// (What|How|Who|Whose|Where|Whether)\\b.*");
    Pattern type = Pattern.compile("((public|private|protected|static|final|abstract|sealed"
        + "|non-sealed) )*(class|interface|record|enum|@interface) \\w+\\W.*");
    check(java("src", "test"), (file, report) -> {
      String first = null;
      int at = 0;
      for (String each : Tree.lines(file)) {
        String line = each.strip();
        at++;
        if (first == null && line.startsWith("///")) first = line;
        if (first != null && type.matcher(line).matches() && question.matcher(first).matches()) {
          report.accept(at, "is described by a question");
        }
        if (!line.startsWith("///") && !line.startsWith("@")) first = null;
      }
    });
  }

  @Test
  void classes_are_final_and_named_for_what_they_are() {
    Pattern empty = Pattern.compile(".*(Impl|Base|Manager|Helper|Utils?)|Abstract.*");
    check(java("src", "test"), (file, report) -> eachType(file, (number, type) -> {
      if (type.group(2).equals("class") && !type.group(1).matches(".*(final|abstract|sealed) .*")) {
        report.accept(number, type.group(3) + " is not final");
      }
      if (empty.matcher(type.group(3)).matches()) {
        report.accept(number, type.group(3) + " says nothing by its name");
      }
    }));
  }

  @Test
  void every_package_says_what_it_is_for() {
    Set<Path> folders = program().stream().map(Path::getParent).collect(Collectors.toSet());
    check(folders, (folder, report) -> {
      Path info = folder.resolve("package-info.java");
      if (!Files.exists(info) || !Tree.text(info).startsWith("///")) {
        report.accept(0, "has no package-info.java that starts with a /// comment");
      }
    });
  }

  @Test
  void the_files_that_the_readme_sends_a_reader_to_are_there() {
    Path readme = Path.of("README.md");
    check(List.of(readme), (file, report) -> {
      Matcher named = Pattern.compile("`([\\w/]+\\.java)`").matcher(Tree.text(file));
      int found = 0;
      while (named.find()) {
        String path = named.group(1);
        found++;
        if (!path.contains("NAME") && !Files.exists(PROGRAM.resolve(path))
            && !Files.exists(Path.of(path))) {
          report.accept(0, "names " + path);
        }
      }
      if (found < 5) report.accept(0, "tells nobody where to begin");
    });
  }

  @Test
  void only_main_and_the_launcher_speak_on_standard_output_and_error() {
    Set<Path> allowed = Set.of(PROGRAM.resolve("Main.java"), PROGRAM.resolve("Launcher.java"));
    check(program(), (file, report) -> eachLine(file, (number, line) -> {
      if (!allowed.contains(file)
          && code(line).matches(".*(System\\.(out|err)\\b|printStackTrace\\(\\)).*")) {
        report.accept(number, "prints");
      }
    }));
  }

  /// Where a folder's name ends in `!` the other ways find nothing.
  @Test
  void what_lies_in_the_jar_is_read_in_one_way() {
    check(program(), (file, report) -> eachLine(file, (number, line) -> {
      if (code(line).contains(".getResource")) report.accept(number, "does not use Resource");
    }));
  }

  /// On some Javas a virtual thread may sleep for ever.
  @Test
  void virtual_threads_are_made_in_one_place() {
    Path place = PROGRAM.resolve("threads", "Threads.java");
    check(program(), (file, report) -> eachLine(file, (number, line) -> {
      if (!file.equals(place) && code(line).matches(".*(of|start|new)Virtual.*")) {
        report.accept(number, "makes a virtual thread itself");
      }
    }));
  }

  /// To a Turkish computer the small letter of `I` is another one than to the protocols.
  @Test
  void letters_are_made_small_or_large_in_no_language() {
    check(program(), (file, report) -> eachLine(file, (number, line) -> {
      if (code(line).matches(".*to(Lower|Upper)Case\\(\\).*")) {
        report.accept(number, "needs Locale.ROOT");
      }
    }));
  }

  @Test
  void test_classes_are_found_by_their_name() {
    check(java("test"), (file, report) -> {
      if (Tree.text(file).contains("\n  @Test\n") && !file.toString().endsWith("Test.java")) {
        report.accept(0, "has tests and a name that does not end in Test");
      }
    });
  }

  /// Samples name made-up people: `/home/user` and `/home/player` are nobody's.
  @Test
  void nothing_is_left_of_a_workplace_and_nothing_is_put_off() {
    Pattern machine = Pattern.compile(
        "(?<![\\w.~-])/(work|root|home/(?!user\\b|player\\b)\\w+|tmp/wt)\\b(?!\\()"
            + "|registry\\.npm|repo1?\\.maven|\\b(artifactory|nexus)\\b");
    Pattern later = Pattern.compile("\\b(TO" + "DO|FIX" + "ME|XX" + "X)\\b");
    check(Tree.files(), (file, report) -> eachLine(file, (number, line) -> {
      if (later.matcher(line).find()) {
        report.accept(number, "puts something off");
      }
      if (machine.matcher(line).find() && !file.endsWith("LayoutTest.java")) {
        report.accept(number, "names a machine's path or a registry");
      }
    }));
  }

  private static List<Path> program() {
    return java("src").stream().filter(file -> file.startsWith(PROGRAM)).toList();
  }

  private static List<Path> java(String... folders) {
    return Stream.of(folders).flatMap(folder -> Tree.files(folder, "java").stream()).toList();
  }

  private static List<Path> sources(String... endings) {
    return Stream.of("src", "test").flatMap(folder -> Tree.files(folder, endings).stream())
        .filter(file -> !file.startsWith(Path.of("test", "fixtures"))).toList();
  }

  /// Below `skyproxy`: empty for the root package, `one.two` for a room.
  private static String packageOf(Path file) {
    Path folder = PROGRAM.relativize(file).getParent();
    return folder == null ? "" : String.join(".",
        StreamSupport.stream(folder.spliterator(), false).map(Path::toString).toList());
  }

  /// The packages named in a line that one of this name must not know.
  private static List<String> upward(String from, String line) {
    double rank = RANKS.getOrDefault(from, 0.0);
    List<String> found = new ArrayList<>();
    Matcher own = OWN.matcher(code(line));
    while (own.find()) {
      String used = own.group(1).replaceFirst("\\.$", "");
      if (!used.equals(from) && RANKS.getOrDefault(used, 0.0) <= rank) found.add(used);
    }
    return found;
  }

  /// The line, or nothing of it where it is a comment or the package's own name.
  private static String code(String line) {
    String start = line.strip();
    boolean prose = start.startsWith("//") || start.startsWith("*") || start.startsWith("package ");
    return prose ? "" : start;
  }

  private static boolean isStatic(String line) {
    return line.startsWith("import static ");
  }

  private static void eachImport(Path file, BiConsumer<Integer, String> consumer) {
    eachLine(file, (number, line) -> {
      Matcher imported = IMPORT.matcher(line);
      if (imported.matches()) {
        consumer.accept(number, imported.group(2));
      }
    });
  }

  private static void eachType(Path file, BiConsumer<Integer, Matcher> consumer) {
    eachLine(file, (number, line) -> {
      Matcher type = TYPE.matcher(line);
      if (type.matches()) {
        consumer.accept(number, type);
      }
    });
  }

  private static void eachLine(Path file, BiConsumer<Integer, String> consumer) {
    List<String> lines = Tree.lines(file);
    for (int i = 0; i < lines.size(); i++) {
      consumer.accept(i + 1, lines.get(i));
    }
  }

  /// Fails with all that `rule` has to report, a line number (0: the whole file) and a sentence.
  private static void check(Iterable<Path> files,
      BiConsumer<Path, BiConsumer<Integer, String>> rule) {
    assertFalse(!files.iterator().hasNext(), "there is nothing to look at");
    List<String> found = new ArrayList<>();
    files.forEach(file -> rule.accept(file, (number, problem) ->
        found.add(file + (number > 0 ? ":" + number : "") + " " + problem)));
    assertEquals("", String.join("\n", found));
  }
}
