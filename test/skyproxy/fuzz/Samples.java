package skyproxy.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import skyproxy.json.Json;
import skyproxy.testing.Fixtures;

/// Words that real programs have written, from `test/fixtures`.
public final class Samples {
  private Samples() {}

  /// The files of a folder whose names end so.
  public static List<byte[]> files(String folder, String... endings) {
    try (Stream<Path> files = Files.walk(Fixtures.path(folder))) {
      List<byte[]> samples = new ArrayList<>();
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        if (Stream.of(endings).anyMatch(file.toString()::endsWith)) {
          samples.add(Files.readAllBytes(file));
        }
      }
      return samples;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Each line of a file.
  public static List<byte[]> lines(String file) {
    return Fixtures.text(file).lines().map(line -> line.getBytes(UTF_8)).toList();
  }

  /// The beginnings of some files, for what takes its time over each letter.
  static List<byte[]> beginnings(String folder, int length) {
    return files(folder, "").stream()
        .map(file -> Arrays.copyOf(file, Math.min(file.length, length))).toList();
  }

  /// Texts as bytes.
  public static List<byte[]> of(String... texts) {
    return Stream.of(texts).map(text -> text.getBytes(UTF_8)).toList();
  }

  /// Both.
  @SafeVarargs
  @SuppressWarnings("varargs")
  public static List<byte[]> all(List<byte[]>... lists) {
    return Stream.of(lists).flatMap(List::stream).toList();
  }

  /// The bodies of real refusals.
  public static List<byte[]> refusals() {
    List<byte[]> bodies = new ArrayList<>();
    for (byte[] file : files("refusals", ".json")) {
      Json body = ((Json.Obj) Json.parse(file)).get("body");
      bodies.add((body instanceof Json.Str(var text) ? text : "" + body).getBytes(UTF_8));
    }
    return bodies;
  }

  /// JSON of every kind.
  public static List<byte[]> json() {
    return all(files("claude", ".json"), files("refusals", ".json"), refusals(),
        lines("codex/samples.jsonl"), lines("claude/cli.jsonl"), of("{}", "[]", "0", "\"\"",
            "[1,-0.5e+7,true,false,null,\"\\u00e9\\ud83d\\ude00\\n\",{\"a\":{\"b\":[[]]}}]"));
  }
}
