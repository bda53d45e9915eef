package skyproxy.dashboard;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import skyproxy.files.Resource;

/// Sends the files of the page. Any number of threads.
public final class Dashboard {
  private static final List<String> PARTS = List.of("dashboard.css", "dashboard.js", "core.js",
      "setup.js", "providers.js", "accounts.json", "arrange.js", "cache.js", "chooser.js",
      "first.js", "live.js", "money.js", "scenes.js", "servers.js", "servers.json", "settings.js",
      "speed.js", "system.js", "trial.js", "troubles.js");

  /// `'none'` for what the page does not need, its own origin for the rest. Trusted types: no
  /// script can make markup out of a text, not even by mistake.
  private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self';"
      + " connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none';"
      + " frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

  private Dashboard() {}

  /// What answers at which path; all of it can be read by everybody who is let in.
  public static Map<String, HttpHandler> pages() {
    Map<String, HttpHandler> pages = new LinkedHashMap<>();
    pages.put("/", new Page("dashboard.html"));
    for (String part : PARTS) pages.put("/dashboard/" + part, new Page(part));
    return pages;
  }

  /// One file, read and packed when it is first asked for.
  private static final class Page implements HttpHandler {
    private final String name;
    private volatile Content content;

    Page(String name) {
      this.name = name;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
      Content now = content;
      if (now == null) content = now = Content.of(name);
      Headers headers = exchange.getResponseHeaders();
      headers.set("Content-Type", now.type());
      headers.set("Content-Security-Policy", POLICY);
      headers.set("X-Content-Type-Options", "nosniff");
      headers.set("Referrer-Policy", "no-referrer");
      headers.set("Cross-Origin-Opener-Policy", "same-origin");
      headers.set("Cross-Origin-Resource-Policy", "same-origin");
      headers.set("Cache-Control", "no-cache");
      headers.set("ETag", now.tag());
      headers.set("Vary", "Accept-Encoding");
      if (now.tag().equals(exchange.getRequestHeaders().getFirst("If-None-Match"))) {
        exchange.sendResponseHeaders(304, -1);
        return;
      }
      String encodings = exchange.getRequestHeaders().getFirst("Accept-Encoding");
      boolean packed = encodings != null && encodings.contains("gzip");
      byte[] body = packed ? now.packed() : now.plain();
      if (packed) headers.set("Content-Encoding", "gzip");
      boolean head = exchange.getRequestMethod().equals("HEAD");
      if (head) headers.set("Content-Length", Integer.toString(body.length));
      exchange.sendResponseHeaders(200, head ? -1 : body.length);
      if (!head) exchange.getResponseBody().write(body);
    }
  }

  private record Content(String type, String tag, byte[] plain, byte[] packed) {

    static Content of(String name) throws IOException {
      try {
        String text = new String(Resource.bytes(Dashboard.class, name), UTF_8);
        byte[] plain = lean(text).getBytes(UTF_8);
        var packed = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(packed)) {
          out.write(plain);
        }
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(plain);
        return new Content(type(name), '"' + HexFormat.of().formatHex(digest, 0, 12) + '"', plain,
            packed.toByteArray());
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException(e);
      }
    }

    /// Without indentation and comment lines, a tenth of the whole. Nothing in these files goes on
    /// over a line break inside quotes.
    private static String lean(String text) {
      return text.lines().map(String::strip)
          .filter(line -> !line.isEmpty() && !line.startsWith("//")).collect(joining("\n"));
    }

    private static String type(String name) {
      return switch (name.substring(name.lastIndexOf('.') + 1)) {
        case "html" -> "text/html; charset=utf-8";
        case "css" -> "text/css; charset=utf-8";
        case "json" -> "application/json";
        default -> "text/javascript; charset=utf-8";
      };
    }
  }
}
