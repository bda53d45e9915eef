package skyproxy.bench;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// A client that asks for streams over plain sockets and notes when each token arrives.
final class Load {
  private Load() {}

  /// Nanoseconds, of all streams together.
  record Result(long[] firsts, long[] delays, long[] totals) {
    Result and(Result other) {
      return new Result(join(firsts, other.firsts), join(delays, other.delays),
          join(totals, other.totals));
    }

    double firstToken() {
      return quantile(firsts, 0.5);
    }

    double delay() {
      return quantile(delays, 0.5);
    }

    double delayTail() {
      return quantile(delays, 0.99);
    }

    double total() {
      return quantile(totals, 0.5);
    }

    private static long[] join(long[] a, long[] b) {
      long[] both = Arrays.copyOf(a, a.length + b.length);
      System.arraycopy(b, 0, both, a.length, b.length);
      return both;
    }

    private static double quantile(long[] values, double q) {
      long[] sorted = values.clone();
      Arrays.sort(sorted);
      return sorted[(int) Math.min(sorted.length - 1, Math.floor(q * sorted.length))];
    }
  }

  /// Asks `requests` times, `streams` of them at once, each on a connection of its own.
  static Result run(int port, int streams, int requests, int promptBytes) throws Exception {
    byte[] request = request(promptBytes);
    List<Callable<Result>> calls = new ArrayList<>();
    for (int i = 0; i < streams; i++) {
      int share = requests / streams;
      calls.add(() -> stream(port, request, share));
    }
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Result all = new Result(new long[0], new long[0], new long[0]);
      for (Future<Result> done : threads.invokeAll(calls)) all = all.and(done.get());
      return all;
    }
  }

  private static byte[] request(int promptBytes) {
    String body = "{\"model\":\"up:m\",\"stream\":true,\"messages\":[{\"role\":\"user\","
        + "\"content\":\"" + "All the words of Tamriel. ".repeat(promptBytes / 26 + 1) + "\"}]}";
    return ("POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n"
        + "Content-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)
        .getBytes(StandardCharsets.US_ASCII);
  }

  private static Result stream(int port, byte[] request, int requests) throws IOException {
    long[] firsts = new long[requests];
    long[] totals = new long[requests];
    List<Long> delays = new ArrayList<>();
    try (Socket socket = new Socket("127.0.0.1", port)) {
      socket.setTcpNoDelay(true);
      InputStream in = new BufferedInputStream(socket.getInputStream());
      for (int i = 0; i < requests; i++) {
        long start = System.nanoTime();
        socket.getOutputStream().write(request);
        String status = line(in);
        if (!status.contains(" 200 ")) throw new IOException("refused: " + status);
        while (!line(in).isEmpty()) { }
        InputStream body = new Chunks(in);
        int tokens = 0;
        for (String line; (line = line(body)) != null; ) {
          int at = line.indexOf('@');
          if (at < 0) continue;
          long now = System.nanoTime();
          if (tokens++ == 0) firsts[i] = now - start;
          delays.add(now - Long.parseLong(line.substring(at + 1, line.indexOf(' ', at))));
        }
        if (tokens != TokenUpstream.TOKENS) throw new IOException(tokens + " tokens came");
        totals[i] = System.nanoTime() - start;
      }
    }
    return new Result(firsts, delays.stream().mapToLong(Long::longValue).toArray(), totals);
  }

  /// A chunked body without its framing, which may cut a line anywhere.
  private static final class Chunks extends InputStream {
    private final InputStream in;
    private int left = -1;

    Chunks(InputStream in) {
      this.in = in;
    }

    @Override
    public int read() throws IOException {
      if (left == 0) line(in);
      if (left <= 0) {
        left = Integer.parseInt(line(in), 16);
        if (left == 0) {
          line(in);
          left = Integer.MIN_VALUE;
        }
      }
      if (left < 0) return -1;
      left--;
      return in.read();
    }
  }

  /// A line without its end; null at the end of the stream.
  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int b; (b = in.read()) != '\n'; ) {
      if (b < 0) return null;
      if (b != '\r') line.append((char) b);
    }
    return line.toString();
  }
}
