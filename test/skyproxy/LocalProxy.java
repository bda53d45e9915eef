package skyproxy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.routing.Routes.Route;
import skyproxy.settings.CommandLine;
import skyproxy.settings.LiveSettings;
import skyproxy.settings.SettingsException;
import skyproxy.testing.RawClient;
import skyproxy.testing.SkippingClock;

/// The whole proxy inside the test, with OpenAI-compatible servers alone and a clock of its own
/// for rests and limits.
final class LocalProxy implements AutoCloseable {
  private final SkippingClock clock;
  private final Wiring wiring;

  /// @param settings members of the settings file
  /// @param more routes besides those of every proxy
  LocalProxy(Path folder, String settings, Route... more) throws IOException, SettingsException {
    this(folder, settings, List.of(), more);
  }

  /// One that takes no fault of this machine, which may be busy for seconds, for one of a server.
  static LocalProxy patient(Path folder, String settings) throws IOException, SettingsException {
    return new LocalProxy(folder, settings, new SkippingClock(4), List.of());
  }

  /// @param arguments more of the command line; without `--codex` there is none
  LocalProxy(Path folder, String settings, List<String> arguments, Route... more)
      throws IOException, SettingsException {
    this(folder, settings, new SkippingClock(), arguments, more);
  }

  private LocalProxy(Path folder, String settings, SkippingClock clock, List<String> arguments,
      Route... more) throws IOException, SettingsException {
    this.clock = clock;
    Path file = folder.resolve("config.json");
    Files.writeString(file, "{" + settings + "}");
    List<String> all = new ArrayList<>(
        List.of("--config", file.toString(), "--port", "0", "--claude", "off"));
    if (!arguments.contains("--codex")) all.addAll(List.of("--codex", "off"));
    all.addAll(arguments);
    LiveSettings live = LiveSettings.load(CommandLine.parse(all),
        Map.of("HOME", folder.toString()), null);
    wiring = new Wiring(live, "test", clock, List.of(more));
  }

  /// A client's view of an answer: a status, and the data of each event or the one body.
  record Answer(int status, String retryAfter, List<Json.Obj> data, boolean done, String text) {

    /// What was spoken.
    String spoken() {
      StringBuilder spoken = new StringBuilder();
      for (Json.Obj each : data) {
        Cursor choice = Cursor.of(each).at("choices").at(0);
        spoken.append(choice.at("delta").at("content").stringOr(""));
        spoken.append(choice.at("message").at("content").stringOr(""));
      }
      return spoken.toString();
    }

    /// Why it ended, or null.
    String finishReason() {
      String reason = null;
      for (Json.Obj each : data) {
        String here = Cursor.of(each).at("choices").at(0).at("finish_reason").stringOr(null);
        if (here != null) reason = here;
      }
      return reason;
    }

    /// The code of the error, or null when there is none.
    String error() {
      return data.isEmpty() ? null
          : Cursor.of(data.getLast()).at("error").at("code").stringOr(null);
    }

    /// The words of the error, "" when there is none.
    String said() {
      return data.isEmpty() ? ""
          : Cursor.of(data.getLast()).at("error").at("message").stringOr("");
    }

    String model() {
      return Cursor.of(data.getFirst()).at("model").string();
    }
  }

  RawClient client() throws IOException {
    return new RawClient(wiring.port());
  }

  /// Lets time pass.
  void wait(Duration time) {
    clock.skip(time);
  }

  static String request(String model, boolean stream) {
    return """
        {"model":"%s","stream":%s,"messages":[{"role":"user","content":"Who goes there?"}]}"""
        .formatted(model, stream);
  }

  Answer ask(String model, boolean stream) throws IOException {
    return post(request(model, stream));
  }

  Answer post(String body) throws IOException {
    try (RawClient client = client()) {
      return read(client.post("/v1/chat/completions", body).answer());
    }
  }

  /// The figures of `/stats`.
  Json.Obj stats() throws IOException {
    try (RawClient client = client()) {
      return (Json.Obj) Json.parse(
          client.send("GET /stats HTTP/1.1\r\nHost: localhost\r\n\r\n").answer().text());
    }
  }

  static Answer read(RawClient.Answer raw) {
    boolean streamed = raw.header("content-type").startsWith("text/event-stream");
    List<Json.Obj> data = new ArrayList<>();
    boolean done = false;
    List<String> texts = !streamed ? List.of(raw.text()) : raw.text().lines()
        .filter(line -> line.startsWith("data: ")).map(line -> line.substring(6)).toList();
    for (String text : texts) {
      if (done) throw new AssertionError("something behind [DONE]: " + text);
      done = text.equals("[DONE]");
      if (!done) data.add((Json.Obj) Json.parse(text));
    }
    return new Answer(raw.status(), raw.header("retry-after"), data, done, raw.text());
  }

  @Override
  public void close() {
    wiring.close();
  }
}
