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
  private boolean torn;

  /// @param path need not exist
  Ledger(Path path) {
    this.path = path;
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
            Job.parse(at.at("job").string()), new Cost(usd, at.at("estimated").boolOr(false))));
  }

  /// Writes an entry, and those that could not be written before.
  ///
  /// @throws IOException when it can't be written now; the next one takes it along
  void append(Entry entry) throws IOException {
    Charge charge = entry.charge();
    unwritten.add(Json.Obj.builder().put("n", entry.number()).put("when", entry.when().toString())
        .put("provider", charge.provider()).put("model", charge.model())
        .put("job", charge.job().wireName()).put("usd", Cost.json(charge.cost().usd()))
        .put("estimated", charge.cost().estimated()).build() + "\n");
    OwnerFile.append(path, ((torn ? "\n" : "") + String.join("", unwritten)).getBytes(UTF_8));
    torn = false;
    unwritten.clear();
  }

  /// Forgets everything, which the figures' file has by now.
  void empty() throws IOException {
    unwritten.clear();
    torn = false;
    if (Files.exists(path)) Files.write(path, new byte[0]);
  }
}
