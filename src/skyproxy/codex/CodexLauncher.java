package skyproxy.codex;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import skyproxy.files.OwnerFile;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.upstream.JsonLines.Line;
import skyproxy.upstream.Subprocess;
import skyproxy.upstream.UnsupportedParameters;

/// Starts Codex in the best way that its version takes.
///
/// app-server with all of [CodexConfig]; if it refuses the list of models or a setting, with less;
/// if it is older than [#OLDEST] or does not start, exec. Blocks; called by [CodexSupervisor]'s
/// thread alone.
final class CodexLauncher {
  private static final System.Logger LOG = System.getLogger(CodexLauncher.class.getName());
  private static final Duration START = Duration.ofSeconds(20);
  private static final Duration CALL = Duration.ofSeconds(20);
  private static final Duration PROBE = Duration.ofSeconds(3);

  static final String LOGIN_REFUSED = "Codex does not accept its login. Run `codex login`; "
      + "the proxy picks it up by itself.";

  /// The first minor version 0.x whose app-server takes a past for a thread.
  private static final int OLDEST = 121;
  /// The first whose settings know `agents`.
  private static final int KNOWS_AGENTS = 141;
  private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+)\\.\\d+");

  private final CodexHome home;
  private final Path realHome;
  private final List<String> extra;
  private final UnsupportedParameters unsupported;
  private final CodexPlan plan;
  private Instant askedAt = Instant.EPOCH;
  private boolean elsewhere;

  /// @param extra lines of settings that win over ours
  /// @param plan is kept up to date
  CodexLauncher(CodexHome home, Path realHome, List<String> extra,
      UnsupportedParameters unsupported, CodexPlan plan) {
    this.home = home;
    this.realHome = realHome.toAbsolutePath();
    this.extra = List.copyOf(extra);
    this.unsupported = unsupported;
    this.plan = plan;
  }

  /// Whether the login is kept not in a file but by the system, which only the CLI can tell.
  boolean signedInElsewhere(CodexCli cli) throws IOException, InterruptedException {
    if (Duration.between(askedAt, Instant.now()).compareTo(Duration.ofSeconds(30)) < 0) {
      return elsewhere;
    }
    askedAt = Instant.now();
    Path config = realHome.resolve("config.toml");
    elsewhere = Files.isRegularFile(config)
        && Files.readString(config).matches(
            "(?s).*cli_auth_credentials_store\\s*=\\s*['\"](keyring|auto).*")
        && run(cli, realHome, List.of("login", "status"), null) == 0;
    return elsewhere;
  }

  /// Starts it, and gives the state with a process that is ready; [CodexState.Unavailable] without
  /// a time when the login is refused.
  ///
  /// @param ended is run when the process dies
  /// @throws IOException when nothing works at all
  CodexState start(CodexCli cli, CodexLogin login, Runnable ended)
      throws IOException, InterruptedException {
    home.create();
    boolean catalog = slimCatalog(cli);
    String why = null;
    for (CodexConfig.Variant variant : CodexConfig.Variant.values()) {
      if (variant == CodexConfig.Variant.FULL && !catalog) continue;
      try {
        return server(cli, login, CodexConfig.lines(variant, home.catalog(), extra), ended);
      } catch (TooOld old) {
        why = old.getMessage();
        break;
      } catch (IOException refused) {
        why = refused.getMessage();
        LOG.log(Level.DEBUG, "Codex app-server, {0}: it can''t be used", variant);
      }
    }
    return exec(cli, login, catalog, why);
  }

  private boolean slimCatalog(CodexCli cli) throws IOException, InterruptedException {
    Path bundled = home.temporary();
    try {
      return run(cli, home.folder(), List.of("debug", "models", "--bundled"), bundled) == 0
          && home.slimCatalog(Files.readAllBytes(bundled));
    } finally {
      OwnerFile.drop(bundled);
    }
  }

  /// Runs a short command.
  ///
  /// @param output where its stdout goes, or null
  /// @return its exit code, -1 when it took too long
  private int run(CodexCli cli, Path codexHome, List<String> arguments, Path output)
      throws IOException, InterruptedException {
    ProcessBuilder builder = cli.process(codexHome, arguments)
        .redirectOutput(output == null ? Redirect.DISCARD : Redirect.to(output.toFile()));
    try (Subprocess child = Subprocess.start(builder)) {
      child.process().getOutputStream().close();
      boolean ended = child.process().waitFor(CALL.toNanos(), TimeUnit.NANOSECONDS);
      return ended ? child.process().exitValue() : -1;
    }
  }

  private Path codexHome(CodexLogin login) {
    return login.present() ? home.folder() : realHome;
  }

  /// Settings go into the file of our own folder; the player's gets them as arguments instead.
  private List<String> apply(CodexLogin login, List<String> settings) throws IOException {
    if (!login.present()) return CodexConfig.arguments(settings);
    home.configure(settings);
    return List.of();
  }

  private CodexState server(CodexCli cli, CodexLogin login, List<String> settings, Runnable ended)
      throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>(List.of("app-server"));
    arguments.addAll(apply(login, settings));
    AppServer server = new AppServer(
        cli.process(codexHome(login), arguments).directory(home.empty().toFile()),
        plan::heard, ended);
    boolean usable = false;
    try {
      greet(server);
      if (loggedOut(server)) {
        return new CodexState.Unavailable(LOGIN_REFUSED, null);
      }
      CodexModels models = models(server);
      server.send("account/rateLimits/read", Json.Obj.builder().build(), plan::answered);
      probe(server);
      WarmThreads threads = new WarmThreads(server, this::threadStart,
          models.standard());
      threads.fill();
      usable = true;
      return new CodexState.Running(cli, login.identity(), server, threads, models);
    } finally {
      if (!usable) server.close();
    }
  }

  private Json.Obj threadStart() {
    return CodexConfig.threadStart(home.empty(), unsupported);
  }

  private static void greet(AppServer server) throws IOException, InterruptedException {
    Json.Obj hello = server.call("initialize", (Json.Obj) Json.parse("""
        {"clientInfo":{"name":"skyrimnet_proxy","title":"SkyrimNet Proxy","version":"1.0.0"},
         "capabilities":{"experimentalApi":true,"optOutNotificationMethods":
           ["thread/status/changed","remoteControl/status/changed"]}}"""), START);
    String agent = Cursor.of(hello).at("userAgent").stringOr("");
    Matcher version = VERSION.matcher(agent.substring(agent.indexOf('/') + 1));
    if (version.find() && version.group(1).equals("0")
        && Integer.parseInt(version.group(2)) < OLDEST) {
      throw new TooOld("version " + version.group());
    }
    server.say("initialized");
  }

  /// Says that this version's app-server can't do what we need.
  private static final class TooOld extends IOException {
    TooOld(String message) {
      super(message);
    }
  }

  private static boolean loggedOut(AppServer server)
      throws IOException, InterruptedException {
    Cursor account = Cursor.of(server.call("account/read",
        Json.Obj.builder().put("refreshToken", false).build(), CALL));
    return account.at("account").isMissing() && account.at("requiresOpenaiAuth").boolOr(true);
  }

  private static CodexModels models(AppServer server)
      throws IOException, InterruptedException {
    return CodexModels.of(server.call("model/list", Json.Obj.builder().build(), CALL));
  }

  /// Some versions read their settings only when a thread is started. A server that is slow to
  /// answer is not one that refuses.
  private void probe(AppServer server) throws IOException, InterruptedException {
    var answers = new LinkedBlockingQueue<Line>();
    server.send("thread/start", threadStart(), answers::add);
    switch (answers.poll(PROBE.toNanos(), TimeUnit.NANOSECONDS)) {
      case null -> { }
      case Line.End _ -> throw new IOException("codex starts no thread: " + server.lastWords());
      case Line.Message(var answer) -> {
        Cursor thread = Cursor.of(answer).at("result").at("thread").at("id");
        if (!thread.isString()) {
          throw new IOException("codex starts no thread: "
              + Cursor.of(answer).at("error").at("message").stringOr("no reason given"));
        }
        new AppServerThread(server, thread.string()).close();
      }
    }
  }

  /// The state that needs nothing but `codex exec`.
  private CodexState exec(CodexCli cli, CodexLogin login, boolean catalog, String why)
      throws IOException, InterruptedException {
    Path output = home.temporary();
    try {
      if (run(cli, home.folder(), List.of("--version"), output) != 0) {
        throw new IOException(cli.path() + " does not run"
            + (why == null ? "" : " (" + why + ")"));
      }
      Matcher version = VERSION.matcher(Files.readString(output));
      boolean recent = version.find()
          && (!version.group(1).equals("0") || Integer.parseInt(version.group(2)) >= KNOWS_AGENTS);
      CodexConfig.Variant variant = !recent ? CodexConfig.Variant.OLD
          : catalog ? CodexConfig.Variant.FULL : CodexConfig.Variant.NO_CATALOG;
      List<String> arguments = apply(login, CodexConfig.linesForExec(
          CodexConfig.lines(variant, home.catalog(), extra), home.instructions()));
      return new CodexState.Exec(cli, login.identity(), codexHome(login), home.empty(), arguments,
          why);
    } finally {
      OwnerFile.drop(output);
    }
  }

  /// Lets the CLI renew the login where it lies, as it does by itself.
  void renewRealLogin(CodexCli cli) throws InterruptedException {
    List<String> arguments = Stream.concat(Stream.of("app-server"),
        CodexConfig.arguments(extra).stream()).toList();
    try (AppServer server = new AppServer(
        cli.process(realHome, arguments).directory(home.empty().toFile()), _ -> { }, () -> { })) {
      greet(server);
      server.call("account/read",
          Json.Obj.builder().put("refreshToken", true).build(), CALL);
    } catch (IOException failed) {
      LOG.log(Level.WARNING, "The login of Codex could not be renewed.");
      LOG.log(Level.DEBUG, "The login of Codex could not be renewed", failed);
    }
  }
}
