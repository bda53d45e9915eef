package skyproxy.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import skyproxy.testing.Program;
import skyproxy.threads.Threads;
import skyproxy.threads.Threads.Kind;

/// Starts the programs that are measured, each with a home of its own.
final class Ways implements AutoCloseable {
  static final String BARE = "bare";
  static final String VIRTUAL = "virtual";
  static final String ORDINARY = "ordinary";
  /// An earlier state of the program, to compare with.
  static final String BEFORE = "before";
  /// As on a player's PC.
  private static final String PLAYERS_RAM = "-XX:MaxRAM=16g";
  private static final Duration TO_MAKE = Duration.ofMinutes(10);

  private final Path folder;
  private final TokenUpstream upstream;
  private final List<String> options;
  private final List<Program> programs = new ArrayList<>();
  private int folders;

  /// The two formats of the upstream; the game speaks the first one alone.
  enum Format { CHAT, CLAUDE }

  /// A program that runs.
  record Started(String name, Program program) {
    Way as(Format format) {
      boolean bare = name.equals(BARE);
      String path = bare ? path(format) : Way.CHAT;
      String model = format == Format.CLAUDE ? "claude-sonnet-4-5" : bare ? "m" : "up:m";
      return new Way(name, program.port(), path, model, program.process().toHandle());
    }
  }

  Ways(Path folder, TokenUpstream upstream) throws IOException {
    this.folder = folder;
    this.upstream = upstream;
    Matcher script = Pattern.compile("(?m)^exec \"\\$java/bin/java\" (.*?) (?:\\$\\{use.*)?-jar")
        .matcher(Files.readString(Path.of("run.sh")));
    if (!script.find()) throw new IOException("run.sh starts no Java that is understood");
    options = List.of(script.group(1).split(" "));
  }

  private static String path(Format format) {
    return format == Format.CLAUDE ? "/v1/messages" : Way.CHAT;
  }

  Way direct(Format format) {
    return new Way("direct", upstream.port(), path(format), "claude-sonnet-4-5", null);
  }

  /// The bare relay, the proxy on both kinds of thread by `run.sh`, and an earlier one if there is
  /// any.
  List<Started> startAll() throws IOException {
    List<Started> all =
        new ArrayList<>(List.of(bare(), byScript(Kind.VIRTUAL), byScript(Kind.ORDINARY)));
    if (compares()) all.add(before());
    return all;
  }

  /// Whether the system property `skyproxy.before` names the folder of an earlier state.
  static boolean compares() {
    return System.getProperty("skyproxy.before") != null;
  }

  /// The earlier one, by its own `run.sh`.
  Started before() throws IOException {
    Path home = home();
    Path script = Path.of(System.getProperty("skyproxy.before"), "run.sh").toAbsolutePath();
    Program program = Program.byScript(script, home, Map.of("XDG_CACHE_HOME",
        folder.resolve("cache").toString()), List.of(), settings(home));
    program.awaitListening();
    return started(BEFORE, program);
  }

  /// With the options that `run.sh` gives to the proxy.
  Started bare() throws IOException {
    return started(BARE,
        Program.running(home(), Map.of(), options, BareRelay.class, "" + upstream.port()));
  }

  Started byScript(Kind threads) throws IOException {
    Path home = home();
    Program program = byScript(home, of(threads));
    program.awaitListening();
    return started(name(threads), program);
  }

  private Program byScript(Path home, String option) throws IOException {
    return Program.byScript(Path.of("run.sh").toAbsolutePath(), home, Map.of("XDG_CACHE_HOME",
        folder.resolve("cache").toString()), List.of(option), settings(home));
  }

  /// Has the proxy make what a start is quicker by, as it does in a player's first quiet minute.
  void makeStartCache() throws IOException, InterruptedException {
    Path made = folder.resolve("cache", "skyrimnet-proxy");
    long end = System.nanoTime() + TO_MAKE.toNanos();
    try (Program program = byScript(home(), "-Dskyproxy.quiet=1500")) {
      program.awaitListening();
      while (System.nanoTime() < end) {
        if (Files.isDirectory(made)) {
          try (Stream<Path> all = Files.list(made)) {
            if (all.anyMatch(each -> each.toString().endsWith(".aot"))) return;
          }
        }
        Thread.sleep(100);
      }
    }
    throw new IOException("No start cache is made.");
  }

  /// By `java -jar`, with what a player's PC has for memory.
  Started plain(Kind threads) throws IOException {
    Path home = home();
    return started(name(threads),
        Program.plain(home, List.of(PLAYERS_RAM, of(threads)), settings(home)));
  }

  private Started started(String name, Program program) {
    programs.add(program);
    return new Started(name, program);
  }

  void end(Started one) {
    one.program.close();
    programs.remove(one.program);
  }

  private static String name(Kind threads) {
    return threads == Kind.VIRTUAL ? VIRTUAL : ORDINARY;
  }

  private static String of(Kind threads) {
    return "-D" + Threads.PROPERTY + "=" + threads.wireName();
  }

  private Path home() throws IOException {
    return Files.createDirectory(folder.resolve("home" + folders++));
  }

  private String[] settings(Path home) throws IOException {
    Path file = home.resolve("config.json");
    Files.writeString(file, """
        {"anthropic_api_key":"sk-ant-made-up",
         "providers":{"up":{"base_url":"http://127.0.0.1:%d/v1"}}}
        """.formatted(upstream.port()));
    return new String[] {"--config", file.toString(), "--claude-mode", "api-key",
        "--anthropic-url", "http://127.0.0.1:" + upstream.port()};
  }

  @Override
  public void close() {
    programs.forEach(Program::close);
  }
}
