package skyproxy.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import skyproxy.testing.Leaks;

/// The line that tells a player why a program ended.
final class LastWordsTest {
  private static void says(String reason, String... lines) {
    assertEquals(reason, LastWords.of(String.join("\n", lines)));
  }

  @Test
  void the_reason_stands_above_the_calls_that_led_to_it() {
    says("Error: Lock violation. (os error 33)", "Error: Lock violation. (os error 33)", "",
        "Stack backtrace:", "   0: <unknown>", "   1: std::rt::lang_start",
        "             at /rustc/1a2b/library/std/src/rt.rs:165:17", "  11: <unknown>");
    says("Error: failed to read config", "Error: failed to read config", "", "Caused by:",
        "    0: in config.toml", "    1: missing field `model`");
    says("no such lock", "", "thread 'main' (4711) panicked at core/src/lib.rs:10:5:",
        "no such lock", "note: run with `RUST_BACKTRACE=1` environment variable to display a "
        + "backtrace");
    says("thread 'main' panicked at 'old style', src/main.rs:1:2",
        "thread 'main' panicked at 'old style', src/main.rs:1:2", "note: Some details are omitted");
  }

  @Test
  void the_text_of_a_source_is_no_reason() {
    says("TypeError: x is not a function", "C:\\Users\\player\\cli.js:12", "    throw e;",
        "    ^", "", "TypeError: x is not a function", "    at main (C:\\Users\\cli.js:12:3)",
        "    at node:internal/main:1:1", "", "Node.js v22.12.0");
    says("error: Cannot find module 'x'", "11 | import 'x';", "            ^^^",
        "error: Cannot find module 'x'", "      at /$bunfs/root/claude:11:3", "",
        "Bun v1.2.3 (Windows x64)");
  }

  @Test
  void lines_of_a_log_count_only_where_nothing_else_was_said_and_then_the_last() {
    String old = "2026-01-02T03:04:05.678Z  WARN codex_core: an hour ago";
    String late = "\u001b[2m2026-01-02T04:04:05Z\u001b[0m \u001b[31mERROR\u001b[0m codex: just now";
    says("Error: it is over", old, "Error: it is over", late);
    says("2026-01-02T04:04:05Z ERROR codex: just now", old, late, "   3: <unknown>");
  }

  @Test
  void it_is_one_short_line_without_secrets_and_nothing_where_nothing_was_said() {
    says("", "", "  ", "   0: <unknown>");
    assertTrue(LastWords.of("x".repeat(5_000)).length() < 400);
    Leaks.assertNone(LastWords.of(Leaks.WORDS));
  }
}
