package skyproxy;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Waits for a program to be started and for the last process of it to end.
///
/// A program that never starts is waited for without end: the proxy is often started first.
final class GameWatch {
  private static final System.Logger LOG = System.getLogger(GameWatch.class.getName());
  private static final Duration EVERY = Duration.ofSeconds(1);

  private final String name;

  private GameWatch(String name) {
    this.name = plain(name);
  }

  /// Watches in the background.
  static void start(String name, Runnable ended) {
    GameWatch watch = new GameWatch(name);
    Thread.ofPlatform().daemon().name("watching " + name).start(() -> watch.run(ended));
  }

  private void run(Runnable ended) {
    try {
      List<ProcessHandle> seen;
      while ((seen = alive()).isEmpty()) Thread.sleep(EVERY);
      LOG.log(Level.INFO, "{0} is running: the proxy stops when it ends.", name);
      // Asking a process that is known costs far less than looking through all of them.
      while (!seen.isEmpty()) {
        while (seen.stream().anyMatch(ProcessHandle::isAlive)) Thread.sleep(EVERY);
        seen = alive();
      }
      LOG.log(Level.INFO, "{0} has ended.", name);
      ended.run();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  private List<ProcessHandle> alive() {
    long own = ProcessHandle.current().pid();
    return ProcessHandle.allProcesses()
        .filter(process -> process.pid() != own && process.isAlive() && isNamed(process)).toList();
  }

  /// Under Wine and Proton the program is Wine's loader; the name of the thread is the game's.
  private boolean isNamed(ProcessHandle process) {
    Optional<String> command = process.info().command();
    if (command.isPresent() && plain(command.get()).equals(name)) return true;
    Path comm = Path.of("/proc", Long.toString(process.pid()), "comm");
    try {
      if (!Files.exists(comm)) return false;
      String known = Files.readString(comm).strip().toLowerCase(Locale.ROOT);
      return known.equals(cut(name)) || known.equals(cut(name + ".exe"));
    } catch (IOException ended) {
      return false;
    }
  }

  /// Linux keeps fifteen characters of a thread's name.
  private static String cut(String name) {
    return name.length() > 15 ? name.substring(0, 15) : name;
  }

  /// The name of the file, without `.exe`.
  private static String plain(String path) {
    String file = path.substring(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1)
        .toLowerCase(Locale.ROOT);
    return file.endsWith(".exe") ? file.substring(0, file.length() - 4) : file;
  }
}
