package skyproxy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/// The launcher's reading of Java's own version numbers.
final class LauncherTest {
  @Test
  void the_version_of_every_java_is_read() {
    assertEquals(8, Launcher.feature("1.8"));
    assertEquals(17, Launcher.feature("17"));
    assertEquals(25, Launcher.feature("25"));
    assertEquals(0, Launcher.feature("?"));
  }
}
