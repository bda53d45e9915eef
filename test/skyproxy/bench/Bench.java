package skyproxy.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import skyproxy.testing.Program;

/// Measures what the proxy adds to a direct connection, side by side in one run.
///
/// An upstream in this JVM streams [TokenUpstream#TOKENS] tokens, each with the time at which it
/// was sent. Three ways lead there: straight, through a relay of sixty lines on the same JDK
/// ([BareRelay], in a JVM of its own), and through the jar. Rounds of the three alternate, so a
/// busy moment of the machine meets all of them. Absolute figures are for the curious; the last
/// columns are what counts.
public final class Bench {
  private static final int STREAMS = 16;
  private static final int MANY = 128;

  private Bench() {}

  /// Runs the whole of it; `quick` as an argument takes fewer rounds.
  public static void main(String[] args) throws Exception {
    int rounds = List.of(args).contains("quick") ? 5 : 30;
    Recognition.run();
    Path folder = Files.createTempDirectory("skyrimnet-proxy-bench");
    Path settings = folder.resolve("config.json");
    try (TokenUpstream upstream = new TokenUpstream();
        Program bare = Program.measured(folder, BareRelay.class, "" + upstream.port());
        Program proxy = Program.measured(folder, "--config",
            Files.writeString(settings, settings(upstream.port())).toString())) {
      Map<String, Integer> ports = new TreeMap<>(Map.of("1 direct", upstream.port(),
          "2 bare relay", bare.port(), "3 proxy", proxy.port()));
      System.out.printf("listening after: bare relay %d ms, proxy %d ms%n",
          bare.startMillis(), proxy.startMillis());
      System.out.printf("resident when idle: bare relay %d MB, proxy %d MB%n",
          bare.residentMegabytes(), proxy.residentMegabytes());
      for (int port : ports.values()) Load.run(port, 4, 50, 200);
      compare("one stream at a time", ports, 1, rounds * 5, 300);
      compare(STREAMS + " streams at once", ports, STREAMS, rounds, 300);
      compare(MANY + " streams at once", ports, MANY, Math.max(2, rounds / 5), 300);
      compare("one stream, a prompt of 200 KB", ports, 1, rounds, 200_000);
      System.out.printf("resident after load: bare relay %d MB, proxy %d MB (%.2f of the relay)%n",
          bare.residentMegabytes(), proxy.residentMegabytes(),
          (double) proxy.residentMegabytes() / bare.residentMegabytes());
    } finally {
      try (var files = Files.walk(folder)) {
        for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  private static String settings(int upstream) {
    return """
        {"providers":{"up":{"base_url":"http://127.0.0.1:%d/v1"}}}
        """.formatted(upstream);
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
    System.out.printf("%n%s (%d rounds, medians)%n%-14s %14s %14s %12s %12s%n", title, rounds,
        "", "first token", "token delay", "p99 delay", "total");
    double direct = results.get("1 direct").firstToken();
    double bare = results.get("2 bare relay").firstToken() - direct;
    List<String> ratios = new ArrayList<>();
    results.forEach((way, result) -> {
      System.out.printf("%-14s %11.2f ms %11.0f us %9.0f us %9.0f ms%n", way.substring(2),
          result.firstToken() / 1e6, result.delay() / 1e3, result.delayTail() / 1e3,
          result.total() / 1e6);
      if (way.startsWith("3")) {
        ratios.add(String.format("added to the first token: %.2f ms, %.2f of what the relay adds",
            (result.firstToken() - direct) / 1e6, (result.firstToken() - direct) / bare));
      }
    });
    ratios.forEach(System.out::println);
  }
}
