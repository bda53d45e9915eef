package skyproxy.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The share of a Linux machine that a running Java has at a moment.
///
/// @param minute when that was
/// @param resident megabytes of memory
/// @param heap megabytes of it in use behind a collection
/// @param files open ones, of which some are `sockets`
/// @param children processes that it started, and theirs
/// @param disk kilobytes that it keeps there
public record Footprint(double minute, double resident, double heap, int threads, int files,
    int sockets, int children, double disk) {
  /// The names over a table of them.
  public static final String HEAD =
      "minute  resident MB  heap MB  threads  files  sockets  children  disk KB";

  private static final Pattern USED = Pattern.compile("total \\d+K, used (\\d+)K");

  /// Measures, which collects the garbage and takes a second or two.
  ///
  /// @param folder where it keeps things on the disk
  /// @param kept matches those of them that count, by their path in there
  public static Footprint of(Process java, double minute, Path folder, String kept)
      throws IOException {
    Path process = Path.of("/proc", Long.toString(java.pid()));
    double heap = heap(java.pid());
    int files = 0;
    int sockets = 0;
    try (Stream<Path> open = Files.list(process.resolve("fd"))) {
      for (Path each : open.toList()) {
        files++;
        if (leadsToSocket(each)) sockets++;
      }
    }
    return new Footprint(minute, status(process, "VmRSS:") / 1024.0, heap,
        status(process, "Threads:"), files, sockets, (int) java.descendants().count(),
        disk(folder, kept));
  }

  /// A row of a table.
  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%6.2f %12.1f %8.1f %8d %6d %8d %9d %8.0f", minute, resident,
        heap, threads, files, sockets, children, disk);
  }

  /// By how much everything grows a minute, in a line.
  public static String slopes(List<Footprint> all) {
    return String.format(Locale.ROOT, "growth a minute: resident %.2f MB, heap %.2f MB, threads"
        + " %.2f, files %.2f, sockets %.2f, children %.2f, disk %.0f KB",
        slope(all, Footprint::resident), slope(all, Footprint::heap),
        slope(all, Footprint::threads), slope(all, Footprint::files),
        slope(all, Footprint::sockets), slope(all, Footprint::children),
        slope(all, Footprint::disk));
  }

  /// By how much a value grows a minute: that of the line which fits best.
  public static double slope(List<Footprint> all, ToDoubleFunction<Footprint> value) {
    double x = all.stream().mapToDouble(Footprint::minute).average().orElse(0);
    double y = all.stream().mapToDouble(value).average().orElse(0);
    double up = 0;
    double down = 0;
    for (Footprint each : all) {
      up += (each.minute() - x) * (value.applyAsDouble(each) - y);
      down += (each.minute() - x) * (each.minute() - x);
    }
    return down == 0 ? 0 : up / down;
  }

  private static boolean leadsToSocket(Path file) {
    try {
      return Files.readSymbolicLink(file).toString().startsWith("socket:");
    } catch (IOException closed) {
      return false;
    }
  }

  private static int status(Path process, String name) throws IOException {
    return Files.readAllLines(process.resolve("status")).stream()
        .filter(line -> line.startsWith(name))
        .mapToInt(line -> Integer.parseInt(line.replaceAll("\\D", ""))).findFirst().orElseThrow();
  }

  private static double heap(long java) throws IOException {
    jcmd(java, "GC.run");
    Matcher used = USED.matcher(jcmd(java, "GC.heap_info"));
    long sum = 0;
    while (used.find()) sum += Long.parseLong(used.group(1));
    if (sum == 0) throw new IOException("jcmd does not tell the heap of " + java);
    return sum / 1024.0;
  }

  private static String jcmd(long java, String command) throws IOException {
    Process process = new ProcessBuilder(
        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(), Long.toString(java),
        command).redirectErrorStream(true).start();
    return new String(process.getInputStream().readAllBytes());
  }

  private static double disk(Path folder, String kept) throws IOException {
    long bytes = 0;
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path each : (Iterable<Path>) files::iterator) {
        if (folder.relativize(each).toString().matches(kept)) bytes += size(each);
      }
    } catch (UncheckedIOException gone) {
      return disk(folder, kept); // a folder went meanwhile: anew
    }
    return bytes / 1024.0;
  }

  private static long size(Path file) {
    try {
      return Files.isRegularFile(file) ? Files.size(file) : 0;
    } catch (IOException gone) {
      return 0;
    }
  }
}
