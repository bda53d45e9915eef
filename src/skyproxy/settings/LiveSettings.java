package skyproxy.settings;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import skyproxy.json.Json;
import skyproxy.threads.Threads;

/// The settings that hold now, and the one way to change them while the proxy runs. Any thread.
///
/// A change holds from then on, also one that can't be written: it is kept as the change that it
/// is, and made again on whatever is in the file when that can be had, every [#AGAIN], with the
/// next change and at the end. So neither a later change nor a hand that edits the file undoes it.
public final class LiveSettings implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(LiveSettings.class.getName());
  private static final Json.Obj NONE = Json.Obj.builder().build();
  private static final Duration AGAIN = Duration.ofSeconds(10);
  private static final Duration LOOKED_AT = Duration.ofSeconds(3);

  private final CommandLine commandLine;
  private final Map<String, String> environment;
  private final SettingsFile file;
  private final Duration again;
  private final Path besideJar;
  private final List<UnaryOperator<Json.Obj>> unsaved = new ArrayList<>();
  private Json.Obj known;
  private Thread saver;
  private Thread watcher;
  private volatile Settings now;
  private volatile String problem;
  private volatile Consumer<Settings> check = _ -> {};
  private volatile Consumer<Settings> listener = _ -> {};

  /// @param again from one try to save to the next
  LiveSettings(CommandLine commandLine, Map<String, String> environment, SettingsFile file,
      Duration again) throws SettingsException {
    this(commandLine, environment, file, again, null);
  }

  private LiveSettings(CommandLine commandLine, Map<String, String> environment,
      SettingsFile file, Duration again, Path besideJar) throws SettingsException {
    this.besideJar = besideJar;
    this.commandLine = commandLine;
    this.environment = Map.copyOf(environment);
    this.file = file;
    this.again = again;
    known = file.readFirst();
    now = settings(known);
  }

  /// Reads everything.
  ///
  /// @param besideJar the folder that the jar lies in, or null when there is no jar
  /// @throws SettingsException when the file can't be used or something is set wrong
  public static LiveSettings load(CommandLine commandLine, Map<String, String> environment,
      Path besideJar) throws SettingsException {
    SettingsFile file = new SettingsFile(SettingsPath.find(commandLine, environment, besideJar));
    Sources sources = new Sources(commandLine, environment, file.path(), NONE);
    if (sources.given(Option.CONFIG) == null && !Files.exists(file.path())) {
      EarlierProxy.takeOver(sources.path("config.json"), file);
    }
    return new LiveSettings(commandLine, environment, file, AGAIN, besideJar);
  }

  /// Where this operating system wants the data of this user's programs to be: ours. Also when
  /// the settings file lies elsewhere, since a player may start several proxies.
  public Path userFolder() {
    return SettingsPath.ofUser(environment, System.getProperty("os.name"),
        Path.of(System.getProperty("user.home"))).getParent();
  }

  /// What the names of the log's files begin with: beside the settings file, but never beside the
  /// jar, where a player's programs lie and nobody may have the right to write.
  public Path log() {
    Path file = now.file();
    Path folder = file.getParent().equals(besideJar) ? userFolder() : file.getParent();
    return folder.resolve(file.getFileName().toString().replaceFirst("\\.json$", ""));
  }

  /// The options that this was started with, for another start that opens no page.
  public List<String> optionsAgain() {
    return commandLine.again();
  }

  /// What holds now.
  public Settings now() {
    return now;
  }

  /// What is wrong with the file since it was edited by hand, in a sentence; null when nothing is.
  public String problem() {
    return problem;
  }

  /// Looks at the file every few seconds from now on, and puts what a hand has changed there into
  /// effect. What can't be used changes nothing.
  public void watch() {
    watch(LOOKED_AT);
  }

  synchronized void watch(Duration every) {
    SettingsFile.Stamp first = file.stamp();
    watcher = Threads.named("watches settings").start(() -> {
      SettingsFile.Stamp seen = first;
      try {
        while (true) {
          Thread.sleep(every);
          SettingsFile.Stamp there = file.stamp();
          if (!there.equals(seen) && readAgain()) seen = there;
        }
      } catch (InterruptedException closed) {
        Thread.currentThread().interrupt();
      }
    });
  }

  /// Whether the file could be had.
  private synchronized boolean readAgain() {
    Settings before = now;
    try {
      save(false);
      problem = null;
      if (!before.equals(now)) {
        LOG.log(Level.INFO, "{0} was edited, and holds from now on{1}.", file.path(),
            before.listen().equals(now.listen()) ? "" : "; host and port from the next start on");
      }
      return true;
    } catch (SettingsException wrong) {
      problem = wrong.getMessage();
      LOG.log(Level.WARNING, "{0} Until then the settings stay as they were.", problem);
      return true;
    } catch (IOException held) {
      return false;
    }
  }

  /// Sets the check that runs now and before every change.
  ///
  /// @param newCheck throws an `IllegalArgumentException` when the settings can't work together
  /// @throws SettingsException when those that hold now can't
  public void check(Consumer<Settings> newCheck) throws SettingsException {
    check = newCheck;
    checked(now);
  }

  /// Sets the listener that is called after every change, on the thread that made it.
  public void onChange(Consumer<Settings> newListener) {
    listener = newListener;
  }

  /// Changes one member of the file and puts it into effect; what else is in the file stays, also
  /// what was written into it by hand meanwhile.
  ///
  /// @param value null removes the member
  /// @throws SettingsException when the result would be wrong, or the file was before; nothing is
  ///     written then
  /// @throws NotSavedException when the file can't be written yet; the change holds
  public Settings change(String member, Json value) throws SettingsException, NotSavedException {
    return edit(member, _ -> value);
  }

  /// The same for a new value that depends on the old one, which is null where there is none.
  ///
  /// @param edit changes nothing else, for it may be done several times
  public Settings edit(String member, UnaryOperator<Json> edit)
      throws SettingsException, NotSavedException {
    return edit(content -> {
      Json value = edit.apply(content.get(member));
      return value == null ? content.without(member) : content.with(member, value);
    });
  }

  /// The same for all that is in the file.
  public synchronized Settings edit(UnaryOperator<Json.Obj> edit)
      throws SettingsException, NotSavedException {
    unsaved.add(edit);
    try {
      save(true);
    } catch (IOException held) {
      if (saver == null) saver = Threads.named("saves settings").start(this::saveLater);
      throw new NotSavedException(held);
    } catch (SettingsException wrong) {
      unsaved.removeLast();
      if (wrong.exitStatus() == 2) checkFile();
      throw wrong;
    } catch (RuntimeException wrong) {
      unsaved.removeLast();
      throw wrong;
    }
    return now;
  }

  /// A change is not to blame for what was wrong in the file before it.
  private void checkFile() throws SettingsException {
    try {
      checked(settings(known));
    } catch (SettingsException wrong) {
      throw SettingsException.unusable(wrong.getMessage() + " Correct that first.");
    }
  }

  private Settings settings(Json.Obj content) throws SettingsException {
    return Settings.of(commandLine, environment, file.path(), content);
  }

  /// Puts what is in the file, with all that is not in it yet, into effect, and then there.
  ///
  /// @param anew whether there is a change that nobody has heard of
  /// @throws IOException when the file can't be had; what was last known of it serves then
  private void save(boolean anew) throws SettingsException, IOException {
    IOException unreadable = null;
    try {
      known = file.read();
    } catch (IOException held) {
      unreadable = held;
    }
    Json.Obj content = known;
    for (UnaryOperator<Json.Obj> each : unsaved) content = each.apply(content);
    Settings changed = settings(content);
    checked(changed);
    boolean tell = anew || !changed.equals(now);
    now = changed;
    if (tell) listener.accept(changed);
    if (unreadable != null) throw unreadable;
    if (!content.equals(known)) file.write(content);
    known = content;
    problem = null;
    unsaved.clear();
  }

  private void saveLater() {
    try {
      do {
        Thread.sleep(again);
      } while (!saved());
    } catch (InterruptedException closed) {
      Thread.currentThread().interrupt();
    }
  }

  /// Whether nothing is left to be saved. What can't be is logged when it is given up.
  private synchronized boolean saved() {
    try {
      if (!unsaved.isEmpty()) {
        save(false);
        LOG.log(Level.INFO, "The settings are saved now.");
      }
      saver = null;
      return true;
    } catch (IOException | SettingsException still) {
      LOG.log(Level.DEBUG, "The settings are still not saved: {0}", still.getMessage());
      return false;
    }
  }

  /// Tries a last time to save what is not saved yet.
  @Override
  public void close() {
    for (Thread each : threads()) each.interrupt();
    if (!saved()) LOG.log(Level.WARNING, "The last changes of {0} are lost.", file.path());
  }

  private synchronized List<Thread> threads() {
    return Stream.of(saver, watcher).filter(Objects::nonNull).toList();
  }

  private void checked(Settings settings) throws SettingsException {
    try {
      check.accept(settings);
    } catch (IllegalArgumentException wrong) {
      throw SettingsException.wrong(wrong, file.path());
    }
  }
}
