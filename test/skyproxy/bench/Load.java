package skyproxy.bench;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Clients that ask over plain sockets and note when each token arrives. Every reply must be whole.
///
/// @param streams how many ask at once, each on a connection of its own
/// @param each how many times each of them asks
/// @param spreadMillis over which time they begin, evenly
/// @param tokens how many there are in a reply
/// @param gapMillis from one to the next
/// @param whole whether the replies are not streamed
record Load(int streams, int each, int spreadMillis, int tokens, int gapMillis, boolean whole,
    Content content) {

  /// Nanoseconds, of all streams together.
  record Result(long[] firsts, long[] delays, long all) {
    double first() {
      return quantile(firsts, 0.5);
    }

    double delay(double q) {
      return quantile(delays, q);
    }

    static double quantile(long[] values, double q) {
      long[] sorted = values.clone();
      Arrays.sort(sorted);
      return sorted[(int) Math.min(sorted.length - 1, Math.floor(q * sorted.length))];
    }
  }

  /// The message of a request: a line, a long prompt, a picture.
  enum Content {
    LINE(text(300)), PROMPT(text(200_000)),
    PICTURE("[{\"type\":\"text\",\"text\":\"What is this?\"},"
        + "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/jpeg;base64,"
        + "iVBORw0KGgoAAAANSUhEUgAA".repeat(3_000_000 / 24) + "\"}}]");

    private final String json;

    Content(String json) {
      this.json = json;
    }

    private static String text(int length) {
      String words = "All the words of Tamriel. ";
      return '"' + words.repeat(length / words.length() + 1) + '"';
    }
  }

  static Load streams(int streams, int tokens, int gapMillis) {
    return new Load(streams, 1, 0, tokens, gapMillis, false, Content.LINE);
  }

  Load each(int times) {
    return new Load(streams, times, spreadMillis, tokens, gapMillis, whole, content);
  }

  Load spread(int millis) {
    return new Load(streams, each, millis, tokens, gapMillis, whole, content);
  }

  Load wholeReplies() {
    return new Load(streams, each, spreadMillis, tokens, gapMillis, true, content);
  }

  Load sending(Content other) {
    return new Load(streams, each, spreadMillis, tokens, gapMillis, whole, other);
  }

  int replies() {
    return streams * each;
  }

  /// Asks them all, and waits for the last.
  Result run(Way way) throws Exception {
    byte[] request = request(way);
    List<Callable<Result>> calls = new ArrayList<>();
    for (int i = 0; i < streams; i++) {
      long wait = (long) spreadMillis * i / streams;
      calls.add(() -> {
        if (wait > 0) Thread.sleep(wait);
        return stream(way.port(), request);
      });
    }
    long start = System.nanoTime();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Result> results = new ArrayList<>();
      for (Future<Result> done : threads.invokeAll(calls)) results.add(done.get());
      long all = System.nanoTime() - start;
      return new Result(results.stream().flatMapToLong(r -> Arrays.stream(r.firsts)).toArray(),
          results.stream().flatMapToLong(r -> Arrays.stream(r.delays)).toArray(), all);
    }
  }

  private byte[] request(Way way) {
    String body = "{\"model\":\"" + TokenUpstream.model(way.model(), tokens, gapMillis)
        + "\",\"stream\":" + !whole + ",\"max_tokens\":400,\"messages\":[{\"role\":\"user\","
        + "\"content\":" + content.json + "}]}";
    return ("POST " + way.path() + " HTTP/1.1\r\nHost: localhost\r\n"
        + "Content-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)
        .getBytes(StandardCharsets.US_ASCII);
  }

  private Result stream(int port, byte[] request) throws IOException {
    long[] firsts = new long[each];
    long[] delays = new long[each * tokens];
    try (Socket socket = new Socket("127.0.0.1", port)) {
      socket.setTcpNoDelay(true);
      Wire in = new Wire(socket.getInputStream());
      int count = 0;
      for (int i = 0; i < each; i++) {
        long start = System.nanoTime();
        socket.getOutputStream().write(request);
        String status = in.head();
        if (status == null || !status.contains(" 200 ")) throw new IOException("said " + status);
        for (int b; (b = in.next()) >= 0; ) {
          if (b != '@') continue;
          long left = 0;
          while ((b = in.next()) != ' ') left = left * 10 + b - '0';
          long now = System.nanoTime();
          if (count == i * tokens) firsts[i] = now - start;
          if (count < delays.length) delays[count] = now - left;
          count++;
        }
        if (count != (i + 1) * tokens) throw new IOException(count - i * tokens + " tokens came");
      }
    }
    return new Result(firsts, delays, 0);
  }
}
