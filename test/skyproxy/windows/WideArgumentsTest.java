package skyproxy.windows;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

/// Which words of a command line are the program's own.
final class WideArgumentsTest {
  private static void restores(List<String> expected, List<String> written, String... given) {
    assertEquals(expected, WideArguments.restored(written, List.of(given)));
  }

  @Test
  void what_a_code_page_lacks_comes_back_whatever_took_its_place() {
    List<String> written = List.of("java.exe", "-jar", "x.jar", "--claude", "C:\\Łódź 日本 😀");
    for (String given : List.of("C:\\?ód? ?? ??", "C:\\Lódz ?? ?", "C:\\??d? ?? ??")) {
      restores(written.subList(3, 5), written, "--claude", given);
    }
    restores(List.of(), written);
  }

  @Test
  void what_was_not_written_like_that_stays_as_it_was_given() {
    List<String> written = List.of("javaw.exe", "-jar", "日本.jar", "--claude", "*.exe");
    restores(List.of("--claude", "a.exe"), written, "--claude", "a.exe");
    restores(List.of("b", "-jar", "?", "--claude", "*.exe", "a"), written,
        "b", "-jar", "?", "--claude", "*.exe", "a");
    restores(List.of("--port", "1"), List.of("日本.exe", "--port", "2"), "--port", "1");
  }
}
