package skyproxy.windows;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;

/// Has this program, and what it starts from then on, run when nobody else wants to.
/// https://learn.microsoft.com/windows/win32/procthread/scheduling-priorities
public final class LowPriority {
  private static final NativeFunction OURSELVES =
      NativeFunction.of("kernel32", "GetCurrentProcess", ADDRESS);
  private static final NativeFunction SET =
      NativeFunction.of("kernel32", "SetPriorityClass", JAVA_INT, ADDRESS, JAVA_INT);
  private static final int IDLE = 0x40;

  private LowPriority() {}

  /// @throws IOException where that can't be had
  public static void ofThisProgram() throws IOException {
    if (SET.number(OURSELVES.pointer(), IDLE) == 0) throw new IOException("Windows refuses it");
  }
}
