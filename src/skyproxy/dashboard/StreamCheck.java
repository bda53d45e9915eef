package skyproxy.dashboard;

import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.json.JsonException;

/// The streamed dialogue of a check-up, read the way the game reads it. One use, one thread.
final class StreamCheck {
  private final HttpClient client;
  private final HttpRequest request;
  private final long start = System.nanoTime();
  private final StringBuilder text = new StringBuilder();
  private final List<String> faults = new ArrayList<>();
  private Duration first;
  private int pieces;
  private int done;
  private String finish;
  private String error;
  private boolean role;

  StreamCheck(HttpClient client, HttpRequest request) {
    this.client = client;
    this.request = request;
  }

  Doctor.Finding find() throws Doctor.Unanswered {
    try (Stream<String> lines = Doctor.lines(client, request)) {
      lines.filter(line -> line.startsWith("data: ")).forEach(line -> take(line.substring(6)));
    } catch (UncheckedIOException | JsonException | Cursor.Mismatch e) {
      error = "the stream broke off: " + e.getMessage();
    }
    Duration total = Duration.ofNanos(System.nanoTime() - start);
    if (first == null) {
      throw new Doctor.Unanswered(error == null ? "It said nothing." : "Error: " + error);
    }
    if (error != null) faults.add(error);
    else if (done != 1 || finish == null) faults.add("its end was not marked");
    if (!role) faults.add("the first piece did not say who speaks");
    String words = "First word after " + Doctor.seconds(first) + ", all " + pieces
        + " pieces after " + Doctor.seconds(total) + ": “" + Doctor.cut(text.toString()) + "”";
    if (!faults.isEmpty()) {
      return Doctor.Finding.fails(words + " But " + String.join("; ", faults) + ".",
          "Try again; if it stays so, choose another model.");
    }
    if (first.toMillis() >= 8_000) {
      return Doctor.Finding.partly(words, "That is too long for a conversation: choose a quicker"
          + " model for dialogue.");
    }
    return Doctor.Finding.works(words);
  }

  private void take(String data) {
    if (data.equals("[DONE]")) {
      done++;
      return;
    }
    Cursor chunk = Cursor.of(Json.parse(data));
    if (!chunk.at("error").isMissing()) {
      error = chunk.at("error").at("message").stringOr("an error without words");
      return;
    }
    Cursor choice = chunk.at("choices").at(0);
    if (chunk.at("choices").arrayOrEmpty().isEmpty()) return;
    role |= choice.at("delta").at("role").stringOr("").equals("assistant");
    finish = choice.at("finish_reason").stringOr(finish);
    String delta = choice.at("delta").at("content").stringOr("");
    if (delta.isEmpty()) return;
    if (first == null) first = Duration.ofNanos(System.nanoTime() - start);
    pieces++;
    text.append(delta);
  }
}
