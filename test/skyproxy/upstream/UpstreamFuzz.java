package skyproxy.upstream;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpHeaders;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import skyproxy.chat.Secrets;
import skyproxy.fuzz.Input;
import skyproxy.fuzz.Samples;
import skyproxy.fuzz.Target;

/// All that upstreams of every vendor send beside their answers: `Retry-After`, packed bodies, the
/// last words of programs, and texts in which there may be a secret.
public final class UpstreamFuzz {
  private UpstreamFuzz() {}

  public static List<Target> targets() {
    return List.of(
        new Target("retry-after", Samples.of("7", "0", "1.5", "999999999",
            "Wed, 21 Oct 2065 07:28:00 GMT", "Sun, 06 Nov 1994 08:49:37 GMT", "-1", " 3 "),
            UpstreamFuzz::retryAfter),
        new Target("lines", Samples.all(Samples.files("codex", "exec.jsonl"),
            Samples.of("a\r\nb\n\n\r\rc", "\n", "\r")), UpstreamFuzz::lines),
        new Target("packed", Samples.all(List.of(packed()), Samples.of("{}")),
            UpstreamFuzz::packed),
        new Target("last-words", Samples.of("""
            thread 'main' panicked at src/main.rs:10:5:
            no network
               0: std::panicking
            note: run with `RUST_BACKTRACE=1`
            """, """
            2026-01-02T03:04:05Z ERROR codex: \u001b[31mstream disconnected\u001b[0m
            """, """
            file:///a/b.js:10
              throw new Error("no");
              ^
            Error: no key sk-ant-0123456789 for a@b.example
                at main (file:///a/b.js:10:3)
            Node.js v22.0.0
            """, "Bearer eyJhbGciOiJIUzI1NiJ9.e30.x rt_0123456789abcdef AIzaSyA0123456789"),
            UpstreamFuzz::words));
  }

  private static void retryAfter(Input input) {
    HttpHeaders headers =
        HttpHeaders.of(Map.of("Retry-After", List.of(input.text())), (_, _) -> true);
    Duration wait = RetryAfter.of(headers, Instant.parse("2026-01-01T00:00:00Z"));
    assertTrue(wait == null || !wait.isNegative(), () -> "" + wait);
  }

  /// The lines are the same however few bytes the pipe gives at once.
  private static void lines(Input input) throws IOException {
    String text = new String(input.bytes(), ISO_8859_1);
    List<String> expected = new ArrayList<>();
    for (String line : text.isEmpty() ? new String[0] : text.split("\n", -1)) {
      expected.add(new String(line.replaceFirst("\r$", "").getBytes(ISO_8859_1), UTF_8));
    }
    if (text.endsWith("\n")) expected.removeLast();
    Iterator<byte[]> pieces = input.pieces().iterator();
    LineReader reader = new LineReader(new InputStream() {
      @Override
      public int read() {
        throw new UnsupportedOperationException();
      }

      @Override
      public int read(byte[] bytes, int offset, int length) {
        byte[] piece = new byte[0];
        while (piece.length == 0 && pieces.hasNext()) piece = pieces.next();
        if (piece.length == 0) return -1;
        System.arraycopy(piece, 0, bytes, offset, piece.length);
        return piece.length;
      }
    }, 1 << 20);
    for (String line : expected) assertEquals(line, reader.next());
    assertNull(reader.next());
  }

  private static byte[] packed() {
    var bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write("data: {}\n\n".repeat(100).getBytes());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return bytes.toByteArray();
  }

  private static void packed(Input input) {
    for (String encoding : List.of("gzip", "deflate", "")) {
      try {
        Unpacker.whole(input.bytes(), encoding);
      } catch (IOException broken) {
        // Declared.
      }
    }
  }

  private static void words(Input input) {
    String words = LastWords.of(input.text());
    assertFalse(words.contains("\n"));
    assertTrue(words.length() <= 301);
    Secrets.masked(input.text());
    MeantStatus.of(input.random().nextInt(2) * 500, input.text());
  }
}
