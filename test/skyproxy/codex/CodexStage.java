package skyproxy.codex;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import skyproxy.chat.ChatRequest;
import skyproxy.chat.Limits;
import skyproxy.chat.Provider;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.testing.Replies;
import skyproxy.upstream.Readiness;

/// A player's computer with a [FakeCodex]: folders, a login, and what the CLI was asked.
final class CodexStage implements AutoCloseable {
  private final Path folder;
  private final Map<String, String> environment = new HashMap<>();
  private final List<CodexProvider> providers = new ArrayList<>();
  private boolean mayLink = true;

  /// With a CLI and a login.
  CodexStage(Path folder) throws IOException {
    this.folder = folder;
    FakeCodex.install(folder.resolve("bin"));
    CodexBackend.logIn(real(), 3600);
    environment.put("FAKE_LOG", folder.resolve("log").toString());
  }

  /// A request of one user message.
  static ChatRequest says(String text) {
    return Replies.says("gpt-5.5", text);
  }

  static Replies.Heard ask(Provider provider, String text) {
    return Replies.ask(provider, says(text));
  }

  Path real() {
    return folder.resolve("real");
  }

  Path own() {
    return folder.resolve("own");
  }

  Path cli() {
    return folder.resolve("bin").resolve(FakeCodex.FILE);
  }

  CodexStage mode(String mode) {
    environment.put("FAKE_MODE", mode);
    return this;
  }

  /// Lets the CLI open this many threads and no more.
  CodexStage threads(int most) throws IOException {
    Path file = folder.resolve("threads");
    Files.write(file, new byte[most]);
    environment.put("FAKE_THREADS", file.toString());
    return this;
  }

  CodexStage copies() {
    mayLink = false;
    return this;
  }

  CodexProvider start() {
    return start(new Readiness(true, Readiness.USUAL));
  }

  CodexProvider start(Readiness readiness) {
    CodexProvider provider = new CodexProvider(cli().toString(), real(), own(), Limits.DEFAULT,
        mayLink, List.of(), environment, readiness);
    providers.add(provider);
    return provider;
  }

  /// What the CLI was started with and asked, line by line.
  List<String> log() {
    try {
      Path log = folder.resolve("log");
      return Files.exists(log) ? Files.readAllLines(log) : List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The parameters of every call of this method.
  List<Cursor> calls(String method) {
    return log().stream().filter(line -> line.startsWith("{"))
        .map(line -> Cursor.of(Json.parse(line)))
        .filter(line -> line.at("method").stringOr("").equals(method))
        .map(line -> line.at("params")).toList();
  }

  long started(String command) {
    return log().stream().filter(line -> line.startsWith("started " + command)).count();
  }

  @Override
  public void close() {
    providers.forEach(CodexProvider::close);
  }
}
