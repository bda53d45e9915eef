package skyproxy.claude.cli;

import java.io.File;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.json.JsonWriter;
import skyproxy.testing.Fixtures;
import skyproxy.testing.Os;

/// A Claude CLI that is a Java program: as its first argument says, it works, or fails in one of
/// the ways that real ones do.
public final class FakeCli {
  private static final Set<String> OWN = Set.of("Connection", "Host", "Content-Length");

  private FakeCli() {}

  /// Ready to be started. `how` is told in [#main]; more words are its arguments.
  public static ClaudeCli claude(String... how) {
    List<String> command = new ArrayList<>(List.of(
        Os.java(), Os.QUIET, "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC",
        "-XX:-UsePerfData", "-cp", absoluteClassPath(),
        "-Dsample=" + Fixtures.path("claude/captured.json").toAbsolutePath(),
        FakeCli.class.getName()));
    command.addAll(List.of(how));
    return new ClaudeCli(Path.of("a", "fake", how[0]), command);
  }

  /// The same as one program file in `folder`: a shim, where a script is no program.
  public static Path program(Path folder, String how) throws IOException {
    return Os.shim(folder, "fake-" + how, Map.of(), claude(how).command());
  }

  /// A child's folder is another than ours.
  private static String absoluteClassPath() {
    return String.join(File.pathSeparator,
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .map(part -> Path.of(part).toAbsolutePath().toString()).toList());
  }

  /// The real one's first argument is ours plus one.
  public static void main(String[] args) throws Exception {
    List<String> line = List.of(args).subList(1, args.length);
    switch (args[0]) {
      case "where" -> where();
      case "environment" -> System.getenv().forEach((k, v) -> System.out.println(k + "=" + v));
      case "hang" -> Thread.sleep(Long.MAX_VALUE);
      case "dies" -> {
        System.err.println("Error: Lock violation. (os error 33)\n\nStack backtrace:");
        System.err.println("   0: <unknown>\n  11: <unknown>");
        System.exit(137);
      }
      case "not-logged-in" -> refuse("Not logged in · Please run /login");
      case "not-for-us" -> {
        if (line.equals(List.of("auth", "status"))) System.out.println("{\"loggedIn\": true}");
        else refuse("Not logged in · Please run /login");
      }
      case "old" -> {
        if (line.contains("--safe-mode")) {
          System.err.println("error: unknown option '--safe-mode'");
          System.exit(1);
        }
        work(line);
      }
      case "works" -> work(line);
      default -> throw new IllegalArgumentException(args[0]);
    }
  }

  private static void where() throws IOException {
    Path here = Path.of("").toAbsolutePath();
    System.out.println(here);
    System.out.println(System.getenv("TMPDIR"));
    System.out.println(here.toFile().list().length);
    System.out.println(System.in.read());
  }

  private static void refuse(String words) {
    System.out.println(words);
    System.exit(1);
  }

  private static void work(List<String> line) throws Exception {
    if (line.contains("--version")) {
      System.out.println("2.1.330 (Claude Code)");
      return;
    }
    String base = System.getenv("ANTHROPIC_BASE_URL");
    Path file = Path.of(System.getProperty("sample"));
    Cursor sample = Cursor.of(Json.parse(Files.readAllBytes(file)));
    URI target = URI.create(base + sample.at("path").string());
    byte[] body = JsonWriter.bytes(sample.at("body").json());
    StringBuilder head = new StringBuilder("POST " + target.getPath() + "?" + target.getQuery()
        + " HTTP/1.1\r\nHost: " + target.getAuthority() + "\r\nConnection: close\r\n"
        + "Content-Length: " + body.length + "\r\n");
    for (Cursor header : sample.at("headers").array()) {
      String name = header.at(0).string();
      if (!OWN.contains(name)) head.append(name + ": " + header.at(1).string() + "\r\n");
    }
    try (Socket socket = new Socket(target.getHost(), target.getPort())) {
      socket.getOutputStream().write((head + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
      socket.getOutputStream().write(body);
      String answer = new String(socket.getInputStream().readAllBytes());
      if (!answer.contains("message_stop")) refuse("API Error");
    }
    System.out.println("ok");
  }
}
