package skyproxy.windows;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import skyproxy.testing.Os;

/// The end of a console window, told as Windows tells it. Nothing but a mouse closes one, so the
/// handler is called by its address.
@EnabledOnOs(OS.WINDOWS)
final class ConsoleWindowTest {
  @Test
  void the_handler_returns_only_to_who_is_not_ended() throws Exception {
    Process program = new ProcessBuilder(Os.java(), Os.QUIET, "--enable-native-access=ALL-UNNAMED",
        "-cp", System.getProperty("java.class.path"), Closed.class.getName())
        .directory(Path.of("").toAbsolutePath().toFile()).redirectErrorStream(true).start();
    String said = new String(program.getInputStream().readAllBytes()).replace("\r\n", "\n");
    assertEquals("Ctrl-C: 0\nsaved\n", said);
    program.waitFor(60, TimeUnit.SECONDS);
    assertEquals(0, program.exitValue());
  }

  /// Saves at its end, and takes its time.
  static final class Closed {
    private Closed() {}

    @SuppressWarnings("restricted")
    public static void main(String[] args) throws Throwable {
      ConsoleWindow.endInOrder();
      Runtime.getRuntime().addShutdownHook(new Thread(() -> {
        try {
          Thread.sleep(300);
          System.out.println("saved");
        } catch (InterruptedException e) {
          System.out.println(e);
        }
      }));
      MethodHandle handler = Linker.nativeLinker().downcallHandle(
          ConsoleWindow.handler(), FunctionDescriptor.of(JAVA_INT, JAVA_INT));
      System.out.println("Ctrl-C: " + (int) handler.invokeExact(0));
      System.out.println("closed: " + (int) handler.invokeExact(2));
    }
  }
}
