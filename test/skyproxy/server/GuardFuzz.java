package skyproxy.server;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpContext;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpPrincipal;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import skyproxy.fuzz.Input;
import skyproxy.fuzz.Samples;
import skyproxy.fuzz.Target;
import skyproxy.json.Json;
import skyproxy.settings.CommandLine;
import skyproxy.settings.Settings;
import skyproxy.settings.SettingsException;

/// `Host` and `Origin`: whatever they say, who is let in is on a short list.
public final class GuardFuzz {
  private static final Set<String> OWN_ORIGINS = Set.of("http://127.0.0.1:8000",
      "http://localhost:8000", "http://[::1]:8000", "http://page.example");

  private final Guard guard;

  private GuardFuzz() {
    try {
      Settings settings = Settings.of(CommandLine.parse(List.of()), Map.of(), Path.of("none"),
          (Json.Obj) Json.parse("{\"allowed_origins\":[\"http://page.example\"]}"));
      guard = new Guard(() -> settings);
    } catch (SettingsException wrong) {
      throw new AssertionError(wrong);
    }
  }

  public static Target target() {
    return new Target("guard", Samples.of("127.0.0.1:8000\nhttp://127.0.0.1:8000",
        "localhost\nnull", "[::1]:8000\nhttp://[::1]:8000", "evil.example\nhttp://evil.example",
        "localhost.\nhttp://page.example", "npc.localhost:80\nhttp://localhost:8000",
        "[fe80::1%25eth0]\nhttps://a@b:1", "192.168.1.20\nhttp://127.0.0.1.evil.example:8000",
        "127.0.0.1:8000@evil.example\nfile://", "0x7f.1\n", "::1\nHTTP://LOCALHOST:8000"),
        new GuardFuzz()::read);
  }

  private void read(Input input) {
    String[] lines = input.text().split("\n", 2);
    String host = header(lines[0]);
    String origin = lines.length > 1 ? header(lines[1]) : null;
    Exchange exchange = new Exchange(host, origin);
    ErrorBody refusal = guard.refusal(exchange, true);
    if (refusal != null) return;
    String name = host.strip().replaceFirst(":[0-9]*$", "").toLowerCase(Locale.ROOT);
    boolean own = name.matches("(.*\\.)?localhost\\.?") || name.matches("\\[.*:.*]|[0-9.]+");
    if (!own) throw new AssertionError("let in: Host " + host);
    if (origin == null) return;
    String asked = origin.strip().toLowerCase(Locale.ROOT);
    boolean known = OWN_ORIGINS.contains(asked) || asked.equals("http://" + host.strip()
        .toLowerCase(Locale.ROOT));
    if (!known) throw new AssertionError("let in: Origin " + origin);
  }

  /// What the JDK's server hands on of a value: Latin letters without line ends.
  private static String header(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1)
        .replaceAll("[\r\n\0]", "");
  }

  /// As much of a request as is looked at.
  private static final class Exchange extends HttpExchange {
    private final Headers request = new Headers();
    private final Headers response = new Headers();

    private Exchange(String host, String origin) {
      request.add("Host", host);
      if (origin != null) request.add("Origin", origin);
    }

    @Override
    public Headers getRequestHeaders() {
      return request;
    }

    @Override
    public Headers getResponseHeaders() {
      return response;
    }

    @Override
    public InetSocketAddress getLocalAddress() {
      return new InetSocketAddress("127.0.0.1", 8000);
    }

    @Override
    public URI getRequestURI() {
      return URI.create("/v1");
    }

    @Override
    public String getRequestMethod() {
      return "POST";
    }

    @Override
    public String getProtocol() {
      return "HTTP/1.1";
    }

    @Override
    public HttpContext getHttpContext() {
      throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}

    @Override
    public InputStream getRequestBody() {
      throw new UnsupportedOperationException();
    }

    @Override
    public OutputStream getResponseBody() {
      throw new UnsupportedOperationException();
    }

    @Override
    public void sendResponseHeaders(int code, long length) {
      throw new UnsupportedOperationException();
    }

    @Override
    public InetSocketAddress getRemoteAddress() {
      throw new UnsupportedOperationException();
    }

    @Override
    public int getResponseCode() {
      return 0;
    }

    @Override
    public Object getAttribute(String name) {
      return null;
    }

    @Override
    public void setAttribute(String name, Object value) {}

    @Override
    public void setStreams(InputStream in, OutputStream out) {}

    @Override
    public HttpPrincipal getPrincipal() {
      return null;
    }
  }
}
