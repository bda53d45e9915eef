package skyproxy.windows;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// A job of Windows that holds our child processes and all that they start, and ends them when
/// this program ends, whichever way it does. Any thread.
///
/// A program that is killed runs no code of its own; but the last handle of the job goes with it,
/// and Windows then ends who is in it.
/// https://learn.microsoft.com/windows/win32/procthread/job-objects
public final class ChildJob {
  private static final NativeFunction CREATE =
      NativeFunction.of("kernel32", "CreateJobObjectW", ADDRESS, ADDRESS, ADDRESS);
  private static final NativeFunction LIMIT = NativeFunction.of("kernel32",
      "SetInformationJobObject", JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT);
  private static final NativeFunction OPEN =
      NativeFunction.of("kernel32", "OpenProcess", ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT);
  private static final NativeFunction ASSIGN =
      NativeFunction.of("kernel32", "AssignProcessToJobObject", JAVA_INT, ADDRESS, ADDRESS);
  private static final NativeFunction CLOSE =
      NativeFunction.of("kernel32", "CloseHandle", JAVA_INT, ADDRESS);

  /// `JOBOBJECT_EXTENDED_LIMIT_INFORMATION`, its size, and where `LimitFlags` lies in it.
  private static final int EXTENDED_LIMITS = 9;
  private static final int LIMITS_SIZE = 144;
  private static final int LIMIT_FLAGS = 16;
  private static final int KILL_ON_JOB_CLOSE = 0x2000;
  /// `PROCESS_SET_QUOTA` and `PROCESS_TERMINATE`, which assigning takes.
  private static final int ACCESS = 0x0101;

  private static MemorySegment job;

  private ChildJob() {}

  /// Makes the job, to be called before a process is started: what that has started itself before
  /// it is taken is not in the job, and the first calls take some milliseconds.
  ///
  /// @throws IOException where that can't be had
  public static synchronized void prepare() throws IOException {
    if (job != null) return;
    MemorySegment made = CREATE.pointer(MemorySegment.NULL, MemorySegment.NULL);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment limits = arena.allocate(LIMITS_SIZE, Long.BYTES);
      limits.set(JAVA_INT, LIMIT_FLAGS, KILL_ON_JOB_CLOSE);
      if (LIMIT.number(made, EXTENDED_LIMITS, limits, LIMITS_SIZE) == 0) {
        throw new IOException("Windows makes no job that ends with the proxy.");
      }
    }
    // A rehearsal, which does nothing.
    CLOSE.number(OPEN.pointer(ACCESS, 0, (int) ProcessHandle.current().pid()));
    ASSIGN.number(made, MemorySegment.NULL);
    job = made;
  }

  /// Puts a process into it, unless that has ended.
  ///
  /// @throws IOException where that can't be had; the process runs all the same
  public static void take(Process child) throws IOException {
    prepare();
    MemorySegment process = OPEN.pointer(ACCESS, 0, (int) child.pid());
    if (process.equals(MemorySegment.NULL)) throw new IOException("A process can't be opened.");
    try {
      if (ASSIGN.number(job, process) == 0 && child.isAlive()) {
        throw new IOException("Windows does not let a process into a job.");
      }
    } finally {
      CLOSE.number(process);
    }
  }
}
