package skyproxy.bench;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// An upstream that speaks OpenAI's protocol and Claude's. The model says what it answers:
/// `…-n60g5` are 60 tokens, one every 5 ms, each with the nanoseconds at which it left.
final class TokenUpstream implements AutoCloseable {
  private static final Pattern ORDER = Pattern.compile("-n(\\d+)g(\\d+)\"");
  private static final int HEAD = 500;

  private final ServerSocket server =
      new ServerSocket(0, 2_000, InetAddress.ofLiteral("127.0.0.1"));

  TokenUpstream() throws IOException {
    Thread.ofVirtual().start(() -> {
      try {
        while (true) {
          Socket socket = server.accept();
          Thread.ofVirtual().start(() -> serve(socket));
        }
      } catch (IOException closed) {
        return;
      }
    });
  }

  /// The name of a model that answers so.
  static String model(String prefix, int tokens, int gapMillis) {
    return prefix + "-n" + tokens + "g" + gapMillis;
  }

  int port() {
    return server.getLocalPort();
  }

  private static void serve(Socket socket) {
    try (socket) {
      socket.setTcpNoDelay(true);
      Wire in = new Wire(socket.getInputStream());
      OutputStream out = socket.getOutputStream();
      for (String first; (first = in.head()) != null; ) {
        String body = in.body(HEAD);
        Matcher order = ORDER.matcher(body);
        if (!order.find()) throw new IOException("no order in " + body);
        int tokens = Integer.parseInt(order.group(1));
        boolean claude = first.contains("/messages");
        if (!claude && !body.contains("\"stream\":true")) {
          whole(out, tokens);
        } else {
          stream(out, claude ? Speech.CLAUDE : Speech.OPENAI, tokens,
              Integer.parseInt(order.group(2)));
        }
      }
    } catch (IOException | InterruptedException gone) {
      return;
    }
  }

  private static void stream(OutputStream out, Speech speech, int tokens, int gap)
      throws IOException, InterruptedException {
    write(out, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
        + "Transfer-Encoding: chunked\r\n\r\n");
    if (!speech.before.isEmpty()) chunk(out, speech.before);
    for (int i = 0; i < tokens; i++) {
      if (i > 0 && gap > 0) Thread.sleep(gap);
      chunk(out, speech.left + System.nanoTime() + speech.right);
    }
    chunk(out, speech.after);
    write(out, "0\r\n\r\n");
  }

  private static void whole(OutputStream out, int tokens) throws IOException {
    String body = "{\"id\":\"c\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"m\","
        + "\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\""
        + "@1 ".repeat(tokens) + "\"},\"finish_reason\":\"stop\"}],\"usage\":"
        + "{\"prompt_tokens\":9,\"completion_tokens\":60,\"total_tokens\":69}}";
    write(out, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
        + body.length() + "\r\n\r\n" + body);
  }

  /// A stream's text before, around and after its tokens.
  private enum Speech {
    OPENAI("", "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,"
        + "\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"@",
        " \"},\"finish_reason\":null}]}\n\n",
        "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,"
        + "\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{},"
        + "\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n"),
    CLAUDE(event("message_start", "\"message\":{\"id\":\"msg_1\",\"type\":\"message\","
        + "\"role\":\"assistant\",\"model\":\"m\",\"content\":[],\"stop_reason\":null,"
        + "\"stop_sequence\":null,\"usage\":{\"input_tokens\":9,\"output_tokens\":1}}")
        + event("content_block_start",
            "\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}"),
        "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,"
        + "\"delta\":{\"type\":\"text_delta\",\"text\":\"@", " \"}}\n\n",
        event("content_block_stop", "\"index\":0")
        + event("message_delta", "\"delta\":{\"stop_reason\":\"end_turn\","
            + "\"stop_sequence\":null},\"usage\":{\"output_tokens\":60}")
        + "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n");

    private final String before;
    private final String left;
    private final String right;
    private final String after;

    Speech(String before, String left, String right, String after) {
      this.before = before;
      this.left = left;
      this.right = right;
      this.after = after;
    }

    private static String event(String type, String members) {
      return "event: " + type + "\ndata: {\"type\":\"" + type + "\"," + members + "}\n\n";
    }
  }

  private static void chunk(OutputStream out, String text) throws IOException {
    write(out, Integer.toHexString(text.length()) + "\r\n" + text + "\r\n");
  }

  private static void write(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
