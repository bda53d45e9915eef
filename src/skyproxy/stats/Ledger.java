package skyproxy.stats;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import skyproxy.chat.Cost;
import skyproxy.chat.Job;
import skyproxy.files.OwnerFile;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.json.JsonException;

/// The charges on disk that the figures' file does not have yet, one line of JSON each.
///
/// A line is with the system before its charge counts, so a process that is killed loses none.
/// Each has a number, by which the figures' file says which it has: whenever the program dies
/// between writing that and emptying this, nothing counts twice. Not safe for several threads.
final class Ledger {

  /// A numbered charge.
  record Entry(long number, Instant when, Charge charge) {}

  private final Path path;
  private final ArrayDeque<String> unwritten = new ArrayDeque<>();
  private final Consumer<String> log;
  private boolean torn;
  private boolean fails;

  /// @param path need not exist
  /// @param log is told, in a sentence, when it can't be written
  Ledger(Path path, Consumer<String> log) {
    this.path = path;
    this.log = log;
  }

  /// All that can be read, in order; what a power cut has left of a line is passed over.
  List<Entry> read() throws IOException {
    List<Entry> entries = new ArrayList<>();
    if (!Files.exists(path)) return entries;
    String text = new String(OwnerFile.read(path), UTF_8);
    torn = !text.isEmpty() && !text.endsWith("\n");
    for (String line : text.lines().toList()) {
      try {
        entries.add(entry(Cursor.of(Json.parse(line))));
      } catch (JsonException | Cursor.Mismatch | DateTimeException | NumberFormatException broken) {
        continue;
      }
    }
    return entries;
  }

  private static Entry entry(Cursor at) {
    BigDecimal usd = Cost.told(at.at("usd").json());
    if (usd == null) throw at.at("usd").mismatch("must be an amount");
    return new Entry(at.at("n").integer(), Instant.parse(at.at("when").string()),
        new Charge(at.at("provider").string(), at.at("model").string(),
            Job.parse(at.at("job").string()), new Cost(usd, at.at("estimated").boolOr(false)),
            saved(at)));
  }

  private static Cost saved(Cursor at) {
    BigDecimal usd = Cost.saved(at.at("saved").json());
    return usd == null ? null : new Cost(usd, at.at("saved_estimated").boolOr(false));
  }

  /// Writes an entry, and those that could not be written before. What can't be written now goes
  /// with the next one; the log is told when that begins.
  void append(Entry entry) {
    unwritten.add(line(entry) + "\n");
    try {
      OwnerFile.append(path, ((torn ? "\n" : "") + String.join("", unwritten)).getBytes(UTF_8));
      torn = false;
      fails = false;
      unwritten.clear();
    } catch (IOException e) {
      if (!fails) log.accept("What replies cost can't be saved now. " + e.getMessage());
      fails = true;
    }
  }

  private static Json line(Entry entry) {
    Charge charge = entry.charge();
    Json.Obj.Builder line = Json.Obj.builder()
        .put("n", entry.number()).put("when", entry.when().toString())
        .put("provider", charge.provider()).put("model", charge.model())
        .put("job", charge.job().wireName()).put("usd", Cost.json(charge.cost().usd()))
        .put("estimated", charge.cost().estimated());
    if (charge.saved() != null) {
      line.put("saved", Cost.json(charge.saved().usd()))
          .put("saved_estimated", charge.saved().estimated());
    }
    return line.build();
  }

  /// Forgets everything, which the figures' file has by now.
  void empty() throws IOException {
    unwritten.clear();
    torn = false;
    if (Files.exists(path)) Files.write(path, new byte[0]);
  }
}
