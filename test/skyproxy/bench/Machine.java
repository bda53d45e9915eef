package skyproxy.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// The computer that is measured on, and how much of it others use: a look at Linux' `/proc`.
final class Machine {
  /// Of its processors, from which on it is too busy to be believed.
  static final double BUSY = 0.12;
  private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();
  private static final double TICKS = 100;
  private static final int IDLE = 3;
  private static final int WAITING = 4;
  private static final int STOLEN = 7;

  private final long begun = System.nanoTime();
  private final double busy = busy();
  private final double ours = ours();

  private Machine() throws IOException {}

  /// Begins to look.
  static Machine watched() throws IOException {
    return new Machine();
  }

  /// The share of all processors that others have used since; 0 where that can't be known.
  double others() throws IOException {
    double seconds = (System.nanoTime() - begun) / 1e9;
    return Math.max(0, (busy() - busy - (ours() - ours)) / seconds / PROCESSORS);
  }

  /// The load average of the last minute, or -1.
  static double load() {
    return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
  }

  private static double busy() throws IOException {
    Path stat = Path.of("/proc/stat");
    if (!Files.exists(stat)) return 0;
    try (var lines = Files.lines(stat)) {
      String[] times = lines.findFirst().orElseThrow().split(" +");
      double sum = 0;
      for (int i = 1; i <= 1 + STOLEN; i++) {
        if (i - 1 != IDLE && i - 1 != WAITING) sum += Long.parseLong(times[i]);
      }
      return sum / TICKS;
    }
  }

  /// Of this process, of those that it has started, and of those of them that have ended.
  private static double ours() throws IOException {
    Path stat = Path.of("/proc/self/stat");
    if (!Files.exists(stat)) return 0;
    String text = Files.readString(stat);
    List<String> fields = List.of(text.substring(text.lastIndexOf(')') + 2).split(" "));
    double sum = 0;
    for (String each : fields.subList(11, 15)) sum += Long.parseLong(each);
    return sum / TICKS + ProcessHandle.current().descendants()
        .mapToDouble(each -> each.info().totalCpuDuration().orElse(Duration.ZERO).toMillis() / 1e3)
        .sum();
  }
}
