package skyproxy.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import skyproxy.json.Cursor;
import skyproxy.json.Json;

/// The real jar in a JVM of its own, on a free port, with a settings file and home of its own.
public final class ProxyProcess implements AutoCloseable {
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Process process;
  private final URI uri;

  /// @param folder for its `config.json` and whatever it writes; a file that is there is used
  public ProxyProcess(Path folder, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(
        Os.java(), "-XX:+UseSerialGC", "-Duser.home=" + folder, "-jar",
        System.getProperty("skyproxy.jar"), "--port", "0",
        "--config", folder.resolve("config.json").toString(), "--claude", "off", "--codex", "off"));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command)
        .redirectError(folder.resolve("stderr.txt").toFile());
    builder.environment().put("HOME", folder.toString());
    process = builder.start();
    BufferedReader out = process.inputReader();
    String line = out.readLine();
    if (line == null) throw new IOException(Files.readString(folder.resolve("stderr.txt")));
    uri = URI.create(line.replace("Listening on ", ""));
  }

  /// Where it listens, without a slash at the end.
  public String url() {
    return uri.toString();
  }

  public HttpResponse<String> get(String path, String... headers) throws Exception {
    return send(request(path, headers).build());
  }

  public Cursor json(String path) throws Exception {
    return Cursor.of(Json.parse(get(path).body()));
  }

  /// Posts JSON.
  public HttpResponse<String> post(String path, String body, String... headers) throws Exception {
    return send(request(path, headers).setHeader("Content-Type", "application/json")
        .POST(HttpRequest.BodyPublishers.ofString(body)).build());
  }

  /// Posts the same bytes as a page of another origin could.
  public HttpResponse<String> postPlain(String path, String body) throws Exception {
    return send(request(path).setHeader("Content-Type", "text/plain")
        .POST(HttpRequest.BodyPublishers.ofString(body)).build());
  }

  private HttpRequest.Builder request(String path, String... headers) {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri.resolve(path));
    return headers.length == 0 ? request : request.headers(headers);
  }

  private HttpResponse<String> send(HttpRequest request) throws Exception {
    return client.send(request, HttpResponse.BodyHandlers.ofString());
  }

  /// Ends it as Ctrl-C does, and waits for it.
  @Override
  public void close() {
    client.shutdownNow();
    process.destroy();
    process.onExit().join();
  }
}
