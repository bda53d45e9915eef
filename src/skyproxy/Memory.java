package skyproxy;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.System.Logger.Level;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import skyproxy.threads.Threads;

/// Gives the memory that a busy time took back to the system, since a game wants it.
///
/// Java keeps a heap that has grown, and no option for that can stand in a jar; but how much of it
/// stays free after a collection can be set while it runs, by all collectors that are used.
final class Memory {
  private static final System.Logger LOG = System.getLogger(Memory.class.getName());
  private static final Duration SOON = Duration.ofSeconds(1);
  private static final AtomicBoolean DUE = new AtomicBoolean();

  private Memory() {}

  /// The same a moment from now, once for all who ask for it until then: a picture passes through
  /// some ten megabytes, and while a game is played there may be no quiet minute for hours.
  static void giveBackSoon() {
    if (!DUE.compareAndSet(false, true)) return;
    Threads.named("memory").start(() -> {
      try {
        Thread.sleep(SOON);
        DUE.set(false);
        giveBack();
      } catch (InterruptedException stopping) {
        Thread.currentThread().interrupt();
      }
    });
  }

  /// Takes some ten milliseconds, in which everything stands still.
  static void giveBack() {
    try {
      HotSpotDiagnosticMXBean java = ManagementFactory.getPlatformMXBean(
          HotSpotDiagnosticMXBean.class);
      java.setVMOption("MinHeapFreeRatio", "10");
      java.setVMOption("MaxHeapFreeRatio", "20");
    } catch (RuntimeException otherJava) {
      LOG.log(Level.DEBUG, "This Java keeps its heap: {0}", otherJava.getMessage());
    }
    System.gc();
    trim();
  }

  /// What compilers and threads have freed stays with the C library: glibc can be asked for it.
  @SuppressWarnings("restricted")
  private static void trim() {
    try {
      Optional<MemorySegment> function = Linker.nativeLinker().defaultLookup().find("malloc_trim");
      if (function.isEmpty()) return;
      int freed = (int) Linker.nativeLinker().downcallHandle(function.get(),
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG)).invokeExact(0L);
      LOG.log(Level.DEBUG, freed == 0 ? "The C library had nothing to give back."
          : "The C library gave memory back.");
    } catch (RuntimeException | Error refused) {
      LOG.log(Level.DEBUG, "The C library can't be asked: {0}", refused.getMessage());
    } catch (Throwable impossible) {
      throw new IllegalStateException(impossible); // a function of C throws nothing
    }
  }
}
