package skyproxy;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.logging.Level;
import java.util.logging.Logger;
import skyproxy.chat.Secrets;
import skyproxy.scenes.SceneRun;
import skyproxy.server.PortTakenException;
import skyproxy.settings.CommandLine;
import skyproxy.settings.LiveSettings;
import skyproxy.settings.Settings;
import skyproxy.settings.SettingsException;
import skyproxy.threads.Threads;
import skyproxy.windows.ConsoleWindow;
import skyproxy.windows.WideArguments;
import skyproxy.windows.Windows;

/// Starts the proxy, and says in one line why it does not start.
///
/// Exit status: 0 after `--help`, `--version`, a normal end and `--open` when one of us runs there
/// already, 1 when the port or the settings file can't be used, 2 when something is set wrong.
/// Nothing but this class and the launcher before it prints.
public final class Main {
  /// Kept here, for the log forgets the level of a logger that nobody holds.
  private static final Logger OURS = Logger.getLogger("skyproxy");
  private static final System.Logger LOG = System.getLogger(Main.class.getName());

  private Main() {}

  public static void main(String[] args) {
    StartCache.came();
    try {
      CommandLine commandLine = CommandLine.parse(written(List.of(args)));
      if (commandLine.help()) {
        System.out.print(CommandLine.helpText());
      } else if (commandLine.version()) {
        System.out.println(Release.whole());
      } else {
        run(commandLine);
      }
    } catch (SettingsException wrong) {
      fail(wrong.exitStatus(), wrong.getMessage());
    } catch (PortTakenException taken) {
      boolean shown = List.of(args).contains("--open") || withoutConsole();
      if (taken.page() == null || !shown) fail(1, taken.getMessage());
      System.out.println("SkyrimNet Proxy is running already: opening " + taken.page());
      Browser.open(taken.page());
    } catch (IOException noPort) {
      fail(1, noPort.getMessage());
    }
  }

  private static List<String> written(List<String> args) {
    if (args.isEmpty() || !Windows.here()) return args;
    try {
      return WideArguments.of(args);
    } catch (IOException unknown) {
      OURS.log(Level.FINE, "The arguments are taken as Java gives them.", unknown);
      return args;
    }
  }

  private static void fail(int status, String line) {
    System.err.println(LogLine.plain(Secrets.masked(line)));
    System.exit(status);
  }

  private static void run(CommandLine commandLine) throws SettingsException, IOException {
    setProperties();
    if (Training.here()) Training.begin();
    LogQueue log = new LogQueue().to("console", new LogLine("HH:mm:ss"), System.err::print);
    log.install();
    LiveSettings live = LiveSettings.load(commandLine, System.getenv(), jarFolder());
    Settings settings = live.now();
    if (settings.verbose()) logDetails();
    if (settings.trial() != null) {
      playScenes(live, log);
      return;
    }
    Wiring wiring = new Wiring(live, Release.version());
    StartCache cache = StartCache.wanted();
    atEnd(() -> {
      wiring.close();
      if (cache != null) cache.close();
      log.flush();
    });
    wiring.onStop(() -> System.exit(0));
    live.watch();
    if (Windows.here()) endWithWindow();
    warnOfZip(jarFolder());
    if (settings.exitWith() != null) GameWatch.start(settings.exitWith(), () -> System.exit(0));
    QuietTime.watch(wiring::quiet, () -> {
      Memory.giveBack();
      if (cache != null) cache.make(wiring.asked());
    });
    if (settings.open() || withoutConsole()) Browser.open(wiring.uri());
    // Only now, for a second start that finds its port taken has nothing to log.
    log.to("file", new LogLine("yyyy-MM-dd HH:mm:ss"), new LogFile(live.log()));
    LOG.log(System.Logger.Level.INFO, "SkyrimNet Proxy {0} on Java {1}. The log is kept in"
        + " {2}-N.log", Release.version(), Runtime.version(), live.log());
    // Last, since a console that stands still keeps whoever writes to it waiting.
    System.out.println("Listening on " + wiring.uri());
    if (Training.here()) {
      Training.run(live, Wiring.samples());
      System.exit(0);
    }
    if (!settings.verbose()) wiring.rehearse(); // with details it would show in the log
    if (Threads.advice() != null) LOG.log(System.Logger.Level.INFO, Threads.advice());
  }

  /// By the proxy that runs on the port, or by this one. What has been found is shown also when
  /// the player stops it.
  private static void playScenes(LiveSettings live, LogQueue log)
      throws SettingsException, IOException {
    Settings settings = live.now();
    if (!settings.verbose()) OURS.setLevel(Level.WARNING); // the run has lines of its own
    SceneRun run = new SceneRun(settings.trial().scenes(), settings.trial().models());
    Wiring own = null;
    URI proxy;
    try {
      own = new Wiring(live, Release.version());
      proxy = own.uri();
    } catch (PortTakenException taken) {
      if (taken.page() == null) throw taken;
      proxy = taken.page();
    }
    Wiring started = own;
    atEnd(() -> {
      print(run.table());
      if (started != null) started.close();
      log.flush();
    });
    run.run(proxy, settings.apiKey(), Main::print);
    System.exit(0);
  }

  private static void atEnd(Runnable last) {
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().name("stop").unstarted(last));
  }

  private static void print(String text) {
    System.out.println(LogLine.plain(text).replace("\n", System.lineSeparator()));
  }

  /// Whether this was started by a double click on the jar: nobody sees what is printed then.
  private static boolean withoutConsole() {
    return ProcessHandle.current().info().command().orElse("").toLowerCase(Locale.ROOT)
        .endsWith("\\javaw.exe");
  }

  private static void endWithWindow() {
    try {
      ConsoleWindow.endInOrder();
    } catch (IOException refused) {
      OURS.log(Level.FINE, "Closing the window may cut replies off.", refused);
    }
  }

  /// What the JDK reads once, when its HTTP classes load (a value that the player gave stays), and
  /// where the player is at home.
  private static void setProperties() {
    // Without it every first token of a stream waits 40 ms for an acknowledgement.
    preset("sun.net.httpserver.nodelay", "true");
    // Seconds a request may take to come, from its first byte to its last, and a connection to say
    // anything; looked after once a second. Who is slower is cut off, since a thread waits for it.
    preset("sun.net.httpserver.maxReqTime", "30");
    preset("sun.net.httpserver.clockTick", "1000");
    // A game pauses for minutes; a connection that we close just as it sends costs it a request.
    preset("sun.net.httpserver.idleInterval", "900");
    // The same towards the upstreams, where a new connection costs a TLS handshake as well.
    preset("jdk.httpclient.keepalive.timeout", "600");
    // From Java 26 on the client may wait for its sockets in a virtual thread. On Windows that one
    // is dead after a minute of quiet, and every connection with it (JDK-8389671).
    preset("jdk.internal.httpclient.tcp.selector.useVirtualThreads", "never");
    // Java asks the list of users; shells, the CLIs and whoever sets HOME mean this by `~`.
    String home = System.getenv("HOME");
    boolean unix = File.separatorChar == '/';
    if (unix && home != null && home.startsWith("/")) System.setProperty("user.home", home);
  }

  private static void preset(String property, String value) {
    if (System.getProperty(property) == null) System.setProperty(property, value);
  }

  private static void logDetails() {
    OURS.setLevel(Level.FINE);
  }

  private static void warnOfZip(Path jarFolder) {
    Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
    if (jarFolder == null || !OpenedZip.holds(jarFolder, temporary)) return;
    OURS.log(Level.WARNING, "The proxy was opened inside a zip and runs in a temporary folder, {0}."
        + " Unpack the whole zip into a folder of your own, and start it there.", jarFolder);
  }

  /// The folder of the jar, or null when the classes lie in a folder.
  private static Path jarFolder() {
    Path jar = Release.jar();
    return jar == null ? null : jar.getParent();
  }
}
