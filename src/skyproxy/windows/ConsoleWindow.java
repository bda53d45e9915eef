package skyproxy.windows;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/// The window of the console, and its end.
///
/// Windows ends a program as soon as it has heard that its window is closed or its user logs off.
/// Java's handler hears it, begins the end and returns, so the shutdown hooks would race against
/// Windows. A handler that does not return leaves them five seconds.
/// https://learn.microsoft.com/windows/console/handlerroutine
public final class ConsoleWindow {
  private static final NativeFunction SET_HANDLER =
      NativeFunction.of("kernel32", "SetConsoleCtrlHandler", JAVA_INT, ADDRESS, JAVA_INT);

  private static final int CLOSED = 2;
  private static final int LOGGED_OFF = 5;
  private static final int SHUT_DOWN = 6;

  private ConsoleWindow() {}

  /// Has the program end in order when its window is closed.
  ///
  /// @throws IOException where that can't be had
  public static void endInOrder() throws IOException {
    if (SET_HANDLER.number(handler(), 1) == 0) throw new IOException("Windows takes no handler");
  }

  /// A C function that takes the number of an event and gives a `BOOL`.
  @SuppressWarnings("restricted")
  static MemorySegment handler() throws IOException {
    try {
      return Linker.nativeLinker().upcallStub(MethodHandles.lookup().findStatic(
          ConsoleWindow.class, "heard", MethodType.methodType(int.class, int.class)),
          FunctionDescriptor.of(JAVA_INT, JAVA_INT), Arena.global());
    } catch (NoSuchMethodException | IllegalAccessException bug) {
      throw new IllegalStateException(bug);
    } catch (IllegalCallerException | UnsupportedOperationException refused) {
      throw new IOException(refused.getMessage(), refused);
    }
  }

  /// Called by a thread that Windows makes for it. Anything else (Ctrl-C) is Java's.
  private static int heard(int event) {
    if (event != CLOSED && event != LOGGED_OFF && event != SHUT_DOWN) return 0;
    System.exit(0); // runs the shutdown hooks, and never returns
    return 1;
  }
}
