package skyproxy.testing;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.threads.Threads;

/// A program in a JVM of its own: the packed jar as a player starts it, or what is measured
/// beside it.
///
/// It sees no settings but those of the test: home, configuration and PATH lie in the test's
/// folder. What it logs is the file `stderr` in there.
public final class Program implements AutoCloseable {
  /// For a JVM that lives for seconds.
  public static final List<String> QUICK = List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Process process;
  private final Path folder;
  private String address;

  private Program(Path folder, Map<String, String> environment, List<String> options,
      List<String> what) throws IOException {
    this(folder, environment, java(folder, options, what));
  }

  private static List<String> java(Path folder, List<String> options, List<String> what) {
    List<String> command = new ArrayList<>(List.of(Os.java(), Os.QUIET, "-Duser.home=" + folder));
    // Its threads are of the kind that this run of the tests is about.
    String threads = System.getProperty(Threads.PROPERTY);
    if (threads != null) command.add("-D" + Threads.PROPERTY + "=" + threads);
    command.addAll(options);
    command.addAll(what);
    return command;
  }

  private Program(Path folder, Map<String, String> environment, List<String> command)
      throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile())
        .redirectError(folder.resolve("stderr").toFile());
    builder.environment().clear();
    builder.environment().put("PATH", folder.resolve("bin").toString());
    builder.environment().putAll(environment);
    this.folder = folder;
    process = builder.start();
  }

  /// Starts the jar, and does not wait.
  public static Program start(Path folder, Map<String, String> environment, String... arguments)
      throws IOException {
    return start(folder, QUICK, environment, arguments);
  }

  /// The same with these options for Java.
  public static Program start(Path folder, List<String> options, Map<String, String> environment,
      String... arguments) throws IOException {
    return new Program(folder, environment, options, jar(arguments));
  }

  /// Starts the jar on a free port, without any CLI, and waits until it listens.
  public static Program listening(Path folder, String... arguments) throws IOException {
    return new Program(folder, Map.of(), QUICK, jar(alone(arguments))).awaited();
  }

  /// The same by `run.sh`, and by the Java that runs the tests.
  ///
  /// @param options for Java, besides those of the script
  public static Program byScript(Path folder, List<String> options, String... arguments)
      throws IOException {
    return byScript(Path.of("run.sh").toAbsolutePath(), folder, Map.of(), options, arguments)
        .awaited();
  }

  /// The same by another such script, with more in its environment, and does not wait.
  public static Program byScript(Path script, Path folder, Map<String, String> more,
      List<String> options, String... arguments) throws IOException {
    Map<String, String> environment = new HashMap<>(Map.of("PATH", System.getenv("PATH"),
        "HOME", folder.toString(), "JAVA_HOME", System.getProperty("java.home"),
        "JDK_JAVA_OPTIONS", String.join(" ", options)));
    environment.putAll(more);
    List<String> command = new ArrayList<>(List.of(script.toString()));
    command.addAll(List.of(alone(arguments)));
    return new Program(folder, environment, command);
  }

  /// The same by `java -jar` with these options.
  public static Program plain(Path folder, List<String> options, String... arguments)
      throws IOException {
    return new Program(folder, Map.of(), options, jar(alone(arguments))).awaited();
  }

  /// As [#listening], on threads of one kind.
  public static Program on(Threads.Kind threads, Path folder, String... arguments)
      throws IOException {
    return new Program(folder, Map.of(), with(QUICK, threads), jar(alone(arguments))).awaited();
  }

  /// As [#listening], with properties of the JVM that are set before all others.
  public static Program with(Path folder, Map<String, String> properties, String... arguments)
      throws IOException {
    List<String> options = new ArrayList<>(QUICK);
    properties.forEach((name, value) -> options.add("-D" + name + "=" + value));
    return new Program(folder, Map.of(), options, jar(alone(arguments))).awaited();
  }

  private static List<String> with(List<String> options, Threads.Kind threads) {
    List<String> all = new ArrayList<>(options);
    all.add("-D" + Threads.PROPERTY + "=" + threads.wireName());
    return all;
  }

  /// The class in the place of the jar; it says where it listens as the jar does.
  public static Program running(Path folder, Map<String, String> environment,
      List<String> options, Class<?> main, String... arguments) throws IOException {
    List<String> what = new ArrayList<>(List.of("-cp", Arrays.stream(
        System.getProperty("java.class.path").split(File.pathSeparator))
        .map(entry -> Path.of(entry).toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator)), main.getName()));
    what.addAll(List.of(arguments));
    return new Program(folder, environment, options, what).awaited();
  }

  private static List<String> jar(String... arguments) {
    List<String> what = new ArrayList<>(List.of("-jar",
        Path.of(System.getProperty("skyproxy.jar")).toAbsolutePath().toString()));
    what.addAll(List.of(arguments));
    return what;
  }

  private static String[] alone(String... arguments) {
    List<String> all = new ArrayList<>(
        List.of("--port", "0", "--claude", "off", "--codex", "off"));
    all.addAll(List.of(arguments));
    return all.toArray(String[]::new);
  }

  private Program awaited() throws IOException {
    awaitListening();
    return this;
  }

  /// Reads the first line of stdout, which must say where it listens.
  public void awaitListening() throws IOException {
    String line = process.inputReader().readLine();
    if (line == null || !line.startsWith("Listening on http://")) {
      throw new IOException("it said " + line + " and " + stderr());
    }
    address = line.substring("Listening on ".length());
  }

  /// Where it listens, without a slash at the end.
  public String address() {
    return address;
  }

  public int port() {
    return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
  }

  public Process process() {
    return process;
  }

  /// The processes that it started, and theirs; but not the console that Windows gives to each.
  public List<ProcessHandle> children() {
    return process.descendants().filter(child -> !isConsole(child)).toList();
  }

  private static boolean isConsole(ProcessHandle child) {
    return child.info().command().orElse("").endsWith("conhost.exe");
  }

  /// Resident memory, where the system tells it in `/proc`, else 0.
  public long residentMegabytes() throws IOException {
    Path status = Path.of("/proc", Long.toString(process.pid()), "status");
    if (!Files.exists(status)) return 0;
    return Files.readAllLines(status).stream().filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024).findFirst()
        .orElse(0);
  }

  /// A connection to it, for what is to be seen byte for byte.
  public RawClient client() throws IOException {
    return new RawClient(port());
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
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(address).resolve(path));
    return headers.length == 0 ? request : request.headers(headers);
  }

  private HttpResponse<String> send(HttpRequest request) throws Exception {
    return http.send(request, HttpResponse.BodyHandlers.ofString());
  }

  /// Waits for its end.
  public int exitStatus() throws InterruptedException {
    if (process.waitFor(Os.PATIENCE)) return process.exitValue();
    throw new AssertionError("it does not end");
  }

  /// What it wrote to stdout and nobody has read.
  public String stdout() throws IOException {
    StringBuilder text = new StringBuilder();
    for (String line; (line = process.inputReader().readLine()) != null; ) {
      text.append(line).append('\n');
    }
    return text.toString();
  }

  public String stderr() throws IOException {
    return Files.readString(folder.resolve("stderr"));
  }

  /// Ends it as Ctrl-C does, and waits for it.
  public void end() throws InterruptedException {
    process.destroy();
    exitStatus();
  }

  @Override
  public void close() {
    http.shutdownNow();
    // What it started ends a moment later, and writes and holds its folders until then. On Windows
    // there is a console besides, also of one that has ended already, and who loses it in his first
    // moments, before he is in the job, hangs on Wine.
    List<ProcessHandle> later = (process.isAlive() ? process.descendants()
        : process.children().filter(Program::isConsole)).toList();
    process.destroyForcibly();
    process.onExit().join();
    for (ProcessHandle child : later) {
      child.onExit().completeOnTimeout(child, 20, TimeUnit.SECONDS).join().destroyForcibly();
    }
  }
}
