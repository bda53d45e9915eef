package skyproxy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarFile;
import skyproxy.chat.Sample;
import skyproxy.settings.LiveSettings;
import skyproxy.windows.LowPriority;
import skyproxy.windows.Windows;

/// The start from which Java learns what a [StartCache] has to hold: a proxy like any other, on a
/// free port and with settings of its own, that rehearses longer than others and ends.
///
/// Not meant for players: the system property [#PROPERTY] makes a start one.
final class Training {
  static final String PROPERTY = "skyproxy.training";
  private static final System.Logger LOG = System.getLogger(Training.class.getName());
  private static final int ROUNDS = 30;
  private static final long LOOK = 50;

  private Training() {}

  /// Whether this start is one.
  static boolean here() {
    return Boolean.getBoolean(PROPERTY);
  }

  /// The command line of one: no upstream is called by it, and no CLI started.
  ///
  /// @param folder for what it writes
  static List<String> arguments(Path folder) {
    List<String> all = new ArrayList<>(Wiring.WITHOUT_UPSTREAMS);
    all.addAll(List.of("--port", "0", "--config", folder.resolve("config.json").toString()));
    return all;
  }

  /// Ends when the process does that started it, and gives way to all others.
  static void begin() {
    Thread.ofPlatform().daemon().name("end of a training").start(Training::endWithStarter);
    try {
      if (Windows.here()) LowPriority.ofThisProgram();
    } catch (IOException refused) {
      LOG.log(Level.DEBUG, "The training is no slower than others: {0}", refused.getMessage());
    }
  }

  /// Java writes the cache when it ends, also by force, through a child: which is ended then.
  private static void endWithStarter() {
    try (InputStream in = System.in) {
      in.transferTo(OutputStream.nullOutputStream());
    } catch (IOException gone) {
      LOG.log(Level.DEBUG, "Nobody waits for the training: {0}", gone.getMessage());
    }
    Thread.ofPlatform().daemon().start(() -> Runtime.getRuntime().halt(1));
    try {
      while (true) {
        ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
        Thread.sleep(LOOK);
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  /// Rehearses, and looks at each class: what no rehearsal comes to is needed one day as well.
  static void run(LiveSettings live, List<Sample> samples) throws IOException {
    try (Rehearsal rehearsal = new Rehearsal(live, samples)) {
      for (int i = 0; i < ROUNDS; i++) rehearsal.round(() -> false);
    }
    try (JarFile jar = new JarFile(Release.jar().toFile())) {
      List<String> names = jar.stream().map(each -> each.getName())
          .filter(name -> name.startsWith("skyproxy/") && name.endsWith(".class")).toList();
      for (String name : names) {
        Class.forName(name.substring(0, name.length() - ".class".length()).replace('/', '.'), false,
            Training.class.getClassLoader());
      }
    } catch (ClassNotFoundException bug) {
      throw new IllegalStateException(bug);
    }
  }
}
