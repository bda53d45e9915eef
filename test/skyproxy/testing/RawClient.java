package skyproxy.testing;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// A client on a bare socket: it can send half a request, read what came so far, and hang up.
public final class RawClient implements AutoCloseable {
  private static final int PATIENCE = 120_000;

  private final Socket socket;
  private final InputStream in;

  public RawClient(int port) throws IOException {
    this("127.0.0.1", port);
  }

  public RawClient(String host, int port) throws IOException {
    socket = new Socket(host, port);
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(PATIENCE);
    in = new BufferedInputStream(socket.getInputStream());
  }

  /// An answer as it came; `body` with the chunks put together.
  public record Answer(int status, List<String> headerLines, byte[] body) {

    /// The first value of a header, or null.
    public String header(String name) {
      String start = name.toLowerCase() + ":";
      return headerLines.stream().filter(line -> line.toLowerCase().startsWith(start))
          .map(line -> line.substring(start.length()).strip()).findFirst().orElse(null);
    }

    public String text() {
      return new String(body, StandardCharsets.UTF_8);
    }
  }

  public RawClient send(String text) throws IOException {
    return send(text.getBytes(StandardCharsets.UTF_8));
  }

  public RawClient send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    socket.getOutputStream().flush();
    return this;
  }

  /// A whole `POST` with a JSON body, to `localhost` unless the headers name another host.
  public RawClient post(String path, String json, String... headers) throws IOException {
    byte[] body = json.getBytes(StandardCharsets.UTF_8);
    StringBuilder head = new StringBuilder("POST " + path + " HTTP/1.1\r\n");
    if (!String.join("\n", headers).contains("Host: ")) head.append("Host: localhost\r\n");
    for (String header : headers) head.append(header).append("\r\n");
    head.append("Content-Length: ").append(body.length).append("\r\n\r\n");
    return send(head.toString()).send(body);
  }

  /// The next line without its end, or null at the end of the connection.
  public String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b; (b = in.read()) != '\n'; ) {
      if (b < 0) return line.size() == 0 ? null : line.toString(StandardCharsets.UTF_8);
      if (b != '\r') line.write(b);
    }
    return line.toString(StandardCharsets.UTF_8);
  }

  /// The next line that starts so; fails at the end of the connection.
  public String lineStarting(String start) throws IOException {
    for (String line; (line = line()) != null; ) {
      if (line.startsWith(start)) return line;
    }
    throw new IOException("the connection ended before a line that starts with " + start);
  }

  /// A whole answer.
  public Answer answer() throws IOException {
    return answer(false);
  }

  /// A whole answer; `head`: it has no body, whatever its headers say.
  public Answer answer(boolean head) throws IOException {
    String first = line();
    if (first == null) throw new IOException("the connection ended without an answer");
    int status = Integer.parseInt(first.split(" ")[1]);
    List<String> lines = new ArrayList<>();
    for (String line; !(line = line()).isEmpty(); ) lines.add(line);
    Answer answer = new Answer(status, List.copyOf(lines), new byte[0]);
    if (head || status / 100 == 1 || status == 204) return answer;
    String length = answer.header("content-length");
    byte[] body = length != null ? in.readNBytes(Integer.parseInt(length))
        : answer.header("transfer-encoding") != null ? chunks() : in.readAllBytes();
    return new Answer(status, List.copyOf(lines), body);
  }

  private byte[] chunks() throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    while (true) {
      String size = line();
      if (size == null) throw new IOException("the body ended before its last chunk: " + body);
      int bytes = Integer.parseInt(size.strip(), 16);
      body.write(in.readNBytes(bytes));
      line();
      if (bytes == 0) return body.toByteArray();
    }
  }

  /// Whether the other side has closed; does not wait, and forgets what has come.
  public boolean atEnd() throws IOException {
    socket.setSoTimeout(1);
    try {
      in.transferTo(OutputStream.nullOutputStream());
      return true;
    } catch (SocketTimeoutException _) {
      return false;
    } finally {
      socket.setSoTimeout(PATIENCE);
    }
  }

  /// Says that nothing more comes, and goes on listening.
  public RawClient finish() throws IOException {
    socket.shutdownOutput();
    return this;
  }

  /// All that still comes, up to the end of the connection; a reset is an end.
  public String rest() throws IOException {
    ByteArrayOutputStream rest = new ByteArrayOutputStream();
    try {
      in.transferTo(rest);
    } catch (SocketException _) {
      // The other side has closed with bytes unread.
    }
    return rest.toString(StandardCharsets.ISO_8859_1);
  }

  /// Closes with a reset, as a crashed game does.
  public void hangUp() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
