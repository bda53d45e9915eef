package skyproxy.stats;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import skyproxy.files.OwnerFile;
import skyproxy.json.Cursor;
import skyproxy.json.Json;

/// The ledgers of all proxies on one settings file: that of the one which writes the figures, and
/// of each that runs beside it a file with the number of its process in its name.
///
/// Once such a one has ended its charges are gathered. The figures' file names those that it has,
/// until they are deleted: whenever the program dies in between, nothing is lost or counts twice.
/// Not safe for several threads.
final class Ledgers implements AutoCloseable {
  private static final String END = ".jsonl";

  private final Path folder;
  private final String start;
  private final Pattern name;
  private final Consumer<String> log;
  private final Claim claim;
  private final Ledger first;
  private final Set<String> gathered = new LinkedHashSet<>();

  /// @param figures the figures' file
  /// @param log is told, in a sentence, what can't be read or written
  Ledgers(Path figures, Consumer<String> log) {
    this.log = log;
    folder = figures.toAbsolutePath().getParent();
    String stem = figures.getFileName().toString().replaceFirst("\\.json$", "");
    start = stem + "-costs";
    name = Pattern.compile(Pattern.quote(start) + "-(\\d{1,18})-\\d{1,18}" + Pattern.quote(END));
    claim = new Claim(folder.resolve(stem + ".lock"));
    first = new Ledger(folder.resolve(start + END), log);
    if (!claim.ours()) {
      log.accept("Another proxy runs with the same settings and keeps the figures. Of what this one"
          + " counts the cost alone is kept, and added to them once it has ended.");
    }
  }

  /// Whether this program writes the figures.
  boolean keepsFigures() {
    return claim.ours();
  }

  /// That of the program which writes the figures.
  Ledger first() {
    return first;
  }

  /// Where this program writes its own charges.
  Ledger own() {
    return claim.ours() ? first : new Ledger(folder.resolve(start + "-"
        + ProcessHandle.current().pid() + "-" + System.currentTimeMillis() + END), log);
  }

  /// The charges in the other ones. To who writes the figures those of programs that have ended,
  /// which are in the figures from now on; to others all of them.
  List<Ledger.Entry> gather() {
    List<Ledger.Entry> entries = new ArrayList<>();
    if (!Files.isDirectory(folder)) return entries;
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
      for (Path each : all) {
        String file = each.getFileName().toString();
        Matcher parts = name.matcher(file);
        if (!parts.matches() || gathered.contains(file)) continue;
        if (claim.ours() && OwnerFile.isAlive(Long.parseLong(parts.group(1)))) continue;
        entries.addAll(new Ledger(each, log).read());
        if (claim.ours()) gathered.add(file);
      }
    } catch (IOException | DirectoryIteratorException unreadable) {
      log.accept("What other proxies paid can't be read now. " + unreadable.getMessage());
    }
    return entries;
  }

  /// The names of those that the figures have, for [#load].
  Json.Arr save() {
    gathered.removeIf(file -> !Files.exists(folder.resolve(file)));
    return Json.Arr.ofStrings(List.copyOf(gathered));
  }

  /// Takes what [#save] gave.
  void load(Cursor saved) {
    for (Cursor file : saved.arrayOrEmpty()) {
      if (name.matcher(file.string()).matches()) gathered.add(file.string());
    }
  }

  /// Deletes what the figures have, once these are saved.
  void drop() {
    for (String file : gathered) OwnerFile.drop(folder.resolve(file));
  }

  @Override
  public void close() {
    claim.close();
  }
}
