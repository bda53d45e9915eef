package skyproxy.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import skyproxy.testing.Program;
import skyproxy.threads.Threads.Kind;

/// Measures what the proxy adds to a direct connection, side by side in one run.
///
/// An upstream in this JVM streams [TokenUpstream#TOKENS] tokens, each with the time at which it
/// was sent. Three ways lead there: straight, through a relay of sixty lines on the same JDK
/// ([BareRelay], in a JVM of its own), and through the jar, which is started twice: on virtual
/// threads and on ordinary ones. Rounds of all alternate, so a busy moment of the machine meets
/// all of them. Absolute figures are for the curious; the last columns are what counts.
public final class Bench {
  private static final int STREAMS = 16;
  private static final int MANY = 128;
  private static final String VIRTUAL = "3 virtual threads";

  private Bench() {}

  /// Runs the whole of it; `quick` as an argument takes fewer rounds.
  public static void main(String[] args) throws Exception {
    int rounds = List.of(args).contains("quick") ? 5 : 30;
    Recognition.run();
    Path folder = Files.createTempDirectory("skyrimnet-proxy-bench");
    try (TokenUpstream upstream = new TokenUpstream();
        Program bare = Program.measured(folder, BareRelay.class, "" + upstream.port());
        Program virtual = proxy(folder.resolve("virtual"), Kind.VIRTUAL, upstream);
        Program ordinary = proxy(folder.resolve("ordinary"), Kind.ORDINARY, upstream)) {
      Map<String, Program> programs = new TreeMap<>(
          Map.of("2 bare relay", bare, VIRTUAL, virtual, "4 ordinary threads", ordinary));
      Map<String, Integer> ports = new TreeMap<>(Map.of("1 direct", upstream.port()));
      for (var each : programs.entrySet()) {
        ports.put(each.getKey(), each.getValue().port());
        System.out.printf("%-18s listening after %d ms, resident when idle %d MB%n",
            each.getKey().substring(2), each.getValue().startMillis(),
            each.getValue().residentMegabytes());
      }
      for (int port : ports.values()) Load.run(port, 4, 50, 200);
      compare("one stream at a time", ports, 1, rounds * 5, 300);
      compare(STREAMS + " streams at once", ports, STREAMS, rounds, 300);
      compare(MANY + " streams at once", ports, MANY, Math.max(2, rounds / 5), 300);
      compare("one stream, a prompt of 200 KB", ports, 1, rounds, 200_000);
      System.out.println();
      for (var each : programs.entrySet()) {
        System.out.printf("%-18s resident after load %d MB (%.2f of the relay)%n",
            each.getKey().substring(2), each.getValue().residentMegabytes(),
            (double) each.getValue().residentMegabytes() / bare.residentMegabytes());
      }
    } finally {
      try (var files = Files.walk(folder)) {
        for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  private static Program proxy(Path folder, Kind threads, TokenUpstream upstream)
      throws Exception {
    Path settings = Files.createDirectory(folder).resolve("config.json");
    Files.writeString(settings, """
        {"providers":{"up":{"base_url":"http://127.0.0.1:%d/v1"}}}
        """.formatted(upstream.port()));
    return Program.measured(folder, threads, "--config", settings.toString());
  }

  private static void compare(String title, Map<String, Integer> ports, int streams, int rounds,
      int promptBytes) throws Exception {
    Map<String, Load.Result> results = new TreeMap<>();
    for (int round = 0; round < rounds; round++) {
      for (var way : ports.entrySet()) {
        results.merge(way.getKey(), Load.run(way.getValue(), streams, streams, promptBytes),
            Load.Result::and);
      }
    }
    System.out.printf("%n%s (%d rounds, medians)%n%-18s %14s %14s %12s %12s%n", title, rounds,
        "", "first token", "token delay", "p99 delay", "total");
    double direct = results.get("1 direct").firstToken();
    double bare = results.get("2 bare relay").firstToken() - direct;
    List<String> ratios = new ArrayList<>();
    results.forEach((way, result) -> {
      System.out.printf("%-18s %11.2f ms %11.0f us %9.0f us %9.0f ms%n", way.substring(2),
          result.firstToken() / 1e6, result.delay() / 1e3, result.delayTail() / 1e3,
          result.total() / 1e6);
      if (way.compareTo(VIRTUAL) >= 0) {
        ratios.add(String.format(
            "%s add %.2f ms to the first token, %.2f of what the relay adds", way.substring(2),
            (result.firstToken() - direct) / 1e6, (result.firstToken() - direct) / bare));
      }
    });
    ratios.forEach(System.out::println);
  }
}
