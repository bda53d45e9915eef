package skyproxy.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.regex.Pattern;
import skyproxy.json.Json;

/// A scripted HTTP/1.1 server on loopback, on raw sockets so that it can also do what no HTTP
/// library would: reset, stall, break off in the middle of a word.
///
/// Keeps connections alive like a real one; a request that arrives on a kept connection is
/// answered there. Any number of connections, each on a virtual thread.
public final class FakeUpstream implements AutoCloseable {
  private final ServerSocket server;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final List<Received> requests = new CopyOnWriteArrayList<>();
  private final Semaphore cuts = new Semaphore(0);
  private final AtomicInteger connections = new AtomicInteger();
  private volatile Function<Received, Answer> script =
      _ -> status(500).body("no answer scripted");

  public FakeUpstream() {
    this("127.0.0.1", 0);
  }

  /// @param address one of loopback's
  /// @param port 0 for any
  public FakeUpstream(String address, int port) {
    try {
      server = new ServerSocket(port, 200, InetAddress.ofLiteral(address));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().start(this::acceptAll);
  }

  /// A request as it came. `connection` counts the connections from 1.
  public record Received(int connection, String method, String path, List<String> headerLines,
      byte[] body) {

    /// The first value of a header, or null.
    public String header(String name) {
      String start = name.toLowerCase() + ":";
      return headerLines.stream().filter(line -> line.toLowerCase().startsWith(start))
          .map(line -> line.substring(start.length()).strip()).findFirst().orElse(null);
    }

    public String text() {
      return new String(body, StandardCharsets.UTF_8);
    }

    public Json.Obj json() {
      return (Json.Obj) Json.parse(body);
    }
  }

  /// A status with a plain body.
  public static Answer status(int code) {
    return new Answer(code);
  }

  /// A JSON body with status 200.
  public static Answer json(String body) {
    return status(200).header("Content-Type", "application/json").body(body);
  }

  /// A `text/event-stream`; blank lines end its events.
  public static Answer sse(String text) {
    return new Answer(200).header("Content-Type", "text/event-stream").stream(text);
  }

  /// The same that comes in parts.
  public static Answer parts(String... parts) {
    Answer answer = new Answer(200).header("Content-Type", "application/json");
    answer.events = Arrays.stream(parts).map(String::getBytes).toList();
    return answer;
  }

  /// A `text/event-stream` of one `data:` line an event.
  public static Answer events(String... data) {
    return sse("data: " + String.join("\n\ndata: ", data) + "\n\n");
  }

  /// Resets the connection before any byte of an answer.
  public static Answer hangUp() {
    return new Answer(0);
  }

  /// Never answers.
  public static Answer silence() {
    return new Answer(-1);
  }

  public URI uri() {
    return URI.create(url());
  }

  public String url() {
    return "http://127.0.0.1:" + server.getLocalPort();
  }

  public int port() {
    return server.getLocalPort();
  }

  /// Answers in order; the last one repeats.
  public FakeUpstream answer(Answer... answers) {
    AtomicInteger next = new AtomicInteger();
    script = _ -> answers[Math.min(next.getAndIncrement(), answers.length - 1)];
    return this;
  }

  /// Answers by what came.
  public FakeUpstream answer(Function<Received, Answer> newScript) {
    script = newScript;
    return this;
  }

  public List<Received> requests() {
    return List.copyOf(requests);
  }

  /// How many connections were made.
  public int connections() {
    return connections.get();
  }

  /// One permit for every call that the client cut off before its answer was complete.
  public Semaphore cuts() {
    return cuts;
  }

  /// Closes all connections that are open now, as a server does with idle ones.
  public void closeConnections() {
    try {
      for (Socket socket : sockets) socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void acceptAll() {
    try {
      while (true) {
        Socket socket = server.accept();
        sockets.add(socket);
        int number = connections.incrementAndGet();
        Thread.ofVirtual().start(() -> serve(socket, number));
      }
    } catch (IOException closed) {
      closeConnections();
    }
  }

  private void serve(Socket socket, int number) {
    try (socket) {
      socket.setTcpNoDelay(true);
      InputStream in = socket.getInputStream();
      for (Received request; (request = read(in, number)) != null; ) {
        requests.add(request);
        Answer answer = script.apply(request);
        answer.onCut = cuts::release;
        if (!answer.write(socket, request.method().equals("HEAD"))) return;
      }
    } catch (SocketException gone) {
      // The client closed: what the test wanted to see is counted where it was written.
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      sockets.remove(socket);
    }
  }

  private static Received read(InputStream in, int number) throws IOException {
    List<String> lines = new ArrayList<>();
    for (String line; !(line = line(in)).isEmpty(); lines.add(line)) {
      if (line.equals("\0")) return null;
    }
    if (lines.isEmpty()) return null;
    String[] first = lines.removeFirst().split(" ");
    Received head = new Received(number, first[0], first[1], List.copyOf(lines), new byte[0]);
    String length = head.header("content-length");
    byte[] body = length != null ? in.readNBytes(Integer.parseInt(length))
        : "chunked".equalsIgnoreCase(head.header("transfer-encoding")) ? chunked(in) : new byte[0];
    return new Received(number, first[0], first[1], List.copyOf(lines), body);
  }

  private static byte[] chunked(InputStream in) throws IOException {
    var body = new ByteArrayOutputStream();
    for (int size; (size = Integer.parseInt(line(in).split(";")[0].strip(), 16)) > 0; line(in)) {
      body.write(in.readNBytes(size));
    }
    line(in);
    return body.toByteArray();
  }

  /// A line without its end; `\0` when the connection is at its end.
  private static String line(InputStream in) throws IOException {
    var line = new ByteArrayOutputStream();
    for (int b; (b = in.read()) != '\n'; ) {
      if (b < 0) return "\0";
      if (b != '\r') line.write(b);
    }
    return line.toString(StandardCharsets.ISO_8859_1);
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    closeConnections();
  }

  /// One scripted answer. Its methods change it and return it.
  public static final class Answer {
    private int code;
    private final StringBuilder headers = new StringBuilder();
    private byte[] body = new byte[0];
    private List<byte[]> events;
    private int pieces;
    private Duration pause = Duration.ZERO;
    private Duration delay = Duration.ZERO;
    private int stallAfter = Integer.MAX_VALUE;
    private int dropAfter = Integer.MAX_VALUE;
    private Semaphore gate;
    private Runnable onCut = () -> {};

    private Answer(int code) {
      this.code = code;
    }

    /// Another status than the usual.
    public Answer status(int newCode) {
      code = newCode;
      return this;
    }

    public Answer header(String name, String value) {
      headers.append(name).append(": ").append(value).append("\r\n");
      return this;
    }

    public Answer body(String text) {
      return body(text.getBytes(StandardCharsets.UTF_8));
    }

    public Answer body(byte[] bytes) {
      body = bytes;
      return this;
    }

    private Answer stream(String text) {
      events = new ArrayList<>();
      int from = 0;
      var end = Pattern.compile("\r\n\r\n|\n\n|\r\r").matcher(text);
      while (end.find()) {
        events.add(text.substring(from, end.end()).getBytes(StandardCharsets.UTF_8));
        from = end.end();
      }
      if (from < text.length()) {
        events.add(text.substring(from).getBytes(StandardCharsets.UTF_8));
      }
      return this;
    }

    /// Sends the body in writes of that many bytes.
    public Answer inPiecesOf(int bytes) {
      pieces = bytes;
      return this;
    }

    /// Waits before each event but the first.
    public Answer pause(Duration between) {
      pause = between;
      return this;
    }

    /// Waits before the headers.
    public Answer after(Duration wait) {
      delay = wait;
      return this;
    }

    /// Falls silent behind that many events, and keeps the connection.
    public Answer stallAfter(int count) {
      stallAfter = count;
      return this;
    }

    /// Closes the connection behind that many events, in the middle of the body. (A reset could
    /// overtake the events.)
    public Answer dropAfter(int count) {
      dropAfter = count;
      return this;
    }

    /// Sends each event only with a permit.
    public Answer gate(Semaphore permits) {
      gate = permits;
      return this;
    }

    /// Whether the connection can serve another request.
    private boolean write(Socket socket, boolean head) throws IOException {
      try {
        Thread.sleep(delay);
        if (code == 0) return reset(socket);
        if (code < 0) return stall(socket);
        String length = events == null ? "Content-Length: " + body.length + "\r\n"
            : "Transfer-Encoding: chunked\r\n";
        OutputStream out = socket.getOutputStream();
        out.write(("HTTP/1.1 " + code + " Scripted\r\n" + headers + length + "\r\n")
            .getBytes(StandardCharsets.ISO_8859_1));
        if (head) return true;
        if (events == null) out.write(body);
        else if (!writeEvents(socket, out)) return false;
        out.flush();
        return true;
      } catch (SocketException cut) {
        onCut.run();
        throw cut;
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }

    private boolean writeEvents(Socket socket, OutputStream out)
        throws IOException, InterruptedException {
      for (int i = 0; i < events.size(); i++) {
        if (i == stallAfter) return stall(socket);
        if (i == dropAfter) return false;
        if (i > 0) Thread.sleep(pause);
        if (gate != null) awaitPermit(socket);
        byte[] event = events.get(i);
        int step = pieces == 0 ? event.length : pieces;
        for (int from = 0; from < event.length; from += step) {
          int size = Math.min(step, event.length - from);
          out.write((Integer.toHexString(size) + "\r\n").getBytes(StandardCharsets.US_ASCII));
          out.write(event, from, size);
          out.write("\r\n".getBytes(StandardCharsets.US_ASCII));
          out.flush();
        }
      }
      if (events.size() == stallAfter) return stall(socket);
      if (events.size() == dropAfter) return false;
      out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      return true;
    }

    /// Waits for the gate, and sees when the client leaves meanwhile.
    private void awaitPermit(Socket socket) throws IOException, InterruptedException {
      socket.setSoTimeout(1);
      while (!gate.tryAcquire(10, TimeUnit.MILLISECONDS)) watch(socket);
      socket.setSoTimeout(0);
    }

    private static void watch(Socket socket) throws IOException {
      try {
        if (socket.getInputStream().read() < 0) throw new SocketException("the client left");
      } catch (SocketTimeoutException stillThere) {
        // It waits, as it should.
      }
    }

    private static boolean stall(Socket socket) throws IOException {
      if (socket.getInputStream().read() < 0) throw new SocketException("the client left");
      return false;
    }

    private static boolean reset(Socket socket) throws IOException {
      socket.setSoLinger(true, 0);
      socket.close();
      return false;
    }
  }
}
