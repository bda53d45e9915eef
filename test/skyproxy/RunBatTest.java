package skyproxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// Checks `run.bat` as far as that goes without Windows: traps of batch files that a reader misses.
final class RunBatTest {
  private final String text = Tree.text(Path.of("run.bat"));
  private final List<String> code =
      text.lines().filter(line -> !line.startsWith("rem") && !line.isBlank()).toList();

  @Test
  void every_line_ends_as_windows_wants_it() {
    assertEquals(text, text.replace("\r\n", "\n").replace("\n", "\r\n"));
    assertTrue(text.endsWith("exit /b\r\n"), "what falls off the end would return nothing");
    assertTrue(text.chars().allMatch(c -> c < 128), "every code page reads ASCII");
  }

  @Test
  void every_jump_has_its_label_and_every_label_its_jump() {
    Set<String> labels = new TreeSet<>();
    Set<String> jumps = new TreeSet<>();
    code.forEach(line -> {
      if (line.startsWith(":")) {
        assertTrue(labels.add(line.substring(1)), line + " is there twice");
      }
      Matcher jump = Pattern.compile("\\b(?:goto |call :)(\\w+)").matcher(line);
      while (jump.find()) {
        jumps.add(jump.group(1));
      }
    });
    assertEquals(labels, jumps);
  }

  @Test
  void whatever_may_hold_a_path_is_quoted() {
    for (String line : code) {
      String open = line.replaceAll("%(JAVA_HOME|ANSWER):\"=%", "%$1%")
          .replaceAll("\"[^\"]*\"", "");
      assertFalse(open.contains("\""), "an open quote: " + line);
      String rest = open.replaceAll("for (/[df] +)?%%[A-Z] in", "")
          .replaceAll("%(NEEDED|WANTED|KIND|MAJOR|UPDATE|STATUS|USE|SystemRoot|\\*|%K)%?", "");
      assertFalse(rest.contains("%"), line);
    }
  }

  @Test
  void exclamation_marks_live_only_where_delayed_expansion_is_on() {
    int on = code.indexOf("setlocal EnableDelayedExpansion");
    int off = code.indexOf("endlocal");
    assertTrue(code.get(1).contains("DisableDelayedExpansion"), code.get(1));
    for (int i = 0; i < code.size(); i++) {
      assertTrue(!code.get(i).contains("!") || i > on && i < off, code.get(i));
    }
  }

  @Test
  void no_block_in_parentheses_spans_lines() {
    assertTrue(code.stream().noneMatch(line -> line.endsWith("(") || line.startsWith(")")));
  }

  @Test
  void both_scripts_start_java_alike() {
    Pattern options =
        Pattern.compile("-XX:\\+Use\\S+ .*?(?= \\$\\{use| %USE%| -jar| \\\\?\\s*src)");
    List<String> unix = options.matcher(Tree.text(Path.of("run.sh"))).results()
        .map(MatchResult::group).toList();
    List<String> windows = options.matcher(text).results().map(MatchResult::group).toList();
    assertEquals(2, windows.size());
    assertEquals(unix, windows);
  }
}
