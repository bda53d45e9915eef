package skyproxy.codex;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import skyproxy.upstream.ProgramSearch;

/// The Codex CLI on this machine: how it was found, and how it is started.
///
/// npm puts a script on PATH that starts a native program, on Windows a `.cmd` that starts a
/// script. We start the native program itself: it costs 30 ms less, takes any argument unquoted,
/// and dies when we close its stdin, where a wrapper that is killed leaves it running.
///
/// @param path what was found, for people
/// @param command what to start
/// @param environment what it gets besides our own environment
record CodexCli(Path path, List<String> command, Map<String, String> environment) {

  /// The facts about a computer that decide where a program lies.
  ///
  /// @param environment what programs get besides our own environment
  record Machine(ProgramSearch search, boolean mac, boolean arm,
      Map<String, String> environment) {

    static Machine here(Map<String, String> environment) {
      String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
      String arch = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
      return new Machine(ProgramSearch.here(), os.startsWith("mac"),
          arch.equals("aarch64") || arch.equals("arm64"), environment);
    }

    boolean windows() {
      return search.windows();
    }

    private String platform() {
      return (windows() ? "win32" : mac ? "darwin" : "linux") + (arm ? "-arm64" : "-x64");
    }

    private String triple() {
      return (arm ? "aarch64" : "x86_64") + (windows() ? "-pc-windows-msvc"
          : mac ? "-apple-darwin" : "-unknown-linux-musl");
    }
  }

  /// Finds it.
  ///
  /// @param wanted a name to look for, or a path
  /// @return null when it is not there
  static CodexCli find(String wanted, Machine machine) {
    return machine.search.find(wanted).findFirst()
        .map(found -> new CodexCli(found, command(found, machine), machine.environment))
        .orElse(null);
  }

  private static List<String> command(Path found, Machine machine) {
    Path file = real(found);
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    boolean script = name.endsWith(".js") || name.endsWith(".cmd") || name.endsWith(".bat")
        || name.endsWith(".ps1") || startsAsScript(file);
    if (!script) return List.of(file.toString());
    List<Path> packages = packages(file);
    for (Path home : packages) {
      for (Path program : programs(home, machine)) {
        if (Files.isRegularFile(program)) return List.of(program.toString());
      }
    }
    for (Path home : packages) {
      Path js = home.resolve("bin").resolve("codex.js");
      if (Files.isRegularFile(js)) return List.of("node", js.toString());
    }
    if (name.endsWith(".cmd") || name.endsWith(".bat")) {
      return List.of("cmd.exe", "/c", file.toString());
    }
    return List.of(file.toString());
  }

  private static Path real(Path file) {
    try {
      return file.toRealPath();
    } catch (IOException gone) {
      return file.toAbsolutePath();
    }
  }

  private static boolean startsAsScript(Path file) {
    try (var in = Files.newInputStream(file)) {
      return new String(in.readNBytes(2), StandardCharsets.ISO_8859_1).equals("#!");
    } catch (IOException unreadable) {
      return false;
    }
  }

  /// Where the npm package may lie: around its own script, or beside a shim.
  private static List<Path> packages(Path script) {
    List<Path> homes = new ArrayList<>();
    Path bin = script.getParent();
    if (bin == null) return homes;
    if (bin.getParent() != null && Files.exists(bin.getParent().resolve("package.json"))) {
      homes.add(bin.getParent());
    }
    homes.add(bin.resolve("node_modules").resolve("@openai").resolve("codex"));
    return homes;
  }

  /// Where the native program lies in a package: nested or hoisted, and where it used to.
  private static List<Path> programs(Path home, Machine machine) {
    String exe = machine.windows() ? "codex.exe" : "codex";
    String name = "codex-" + machine.platform();
    List<Path> vendors = new ArrayList<>();
    vendors.add(home.resolve("node_modules").resolve("@openai").resolve(name).resolve("vendor"));
    if (home.getParent() != null) {
      vendors.add(home.getParent().resolve(name).resolve("vendor"));
    }
    vendors.add(home.resolve("vendor"));
    return vendors.stream().map(vendor -> vendor.resolve(machine.triple()))
        .flatMap(vendor -> Stream.of("bin", "codex").map(inner -> vendor.resolve(inner)))
        .map(inner -> inner.resolve(exe)).toList();
  }

  /// A process of it, not yet started. Keys in our environment would take the place of the login.
  ProcessBuilder process(Path home, List<String> arguments) {
    List<String> all = new ArrayList<>(command);
    all.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(all);
    Map<String, String> variables = builder.environment();
    variables.putAll(environment);
    variables.put("CODEX_HOME", home.toString());
    List.of("CODEX_API_KEY", "CODEX_ACCESS_TOKEN", "RUST_LOG").forEach(variables::remove);
    return builder;
  }
}
