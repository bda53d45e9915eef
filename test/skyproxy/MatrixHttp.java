package skyproxy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import skyproxy.json.Json;
import skyproxy.testing.FakeUpstream;
import skyproxy.testing.FakeUpstream.Answer;

/// An upstream that is reached by HTTP, under each fault that one can have.
final class MatrixHttp implements AutoCloseable {
  private static final List<String> PIECES =
      List.of("Ten septims", " for you.", " The night", " — long.");
  private static final String LONG = "a".repeat(64_000);
  private static final int MANY = 300;
  private static final int HUGE = 50_000_000;

  private final boolean anthropic;
  private FakeUpstream upstream = new FakeUpstream();
  private boolean refuses;

  /// @param anthropic whether it speaks Anthropic's language, else OpenAI's
  MatrixHttp(boolean anthropic) {
    this.anthropic = anthropic;
  }

  String url() {
    return upstream.url();
  }

  /// Those for which a reply that is asked for so has a meaning.
  List<MatrixFault> faults(boolean stream) {
    List<MatrixFault> faults = new ArrayList<>();
    boolean events = anthropic || stream;
    int all = events ? events().size() : parts().length;
    // The reason why it ended is the last but one event, and tells that it is whole.
    int last = events ? all - 1 : all;
    for (int i = 0; i <= all; i++) {
      faults.add(MatrixFault.cut("cut", i, last));
      faults.add(MatrixFault.stall(i, last));
    }
    for (String name : List.of("refused", "reset", "html", "page", "broken-gzip", "error",
        "redirect", "empty", "endless", "huge")) {
      faults.add(MatrixFault.fails(name));
    }
    if (events) faults.add(MatrixFault.fails("late-error"));
    for (String name : List.of("drip", "type", "gzip")) faults.add(MatrixFault.whole(name));
    faults.add(MatrixFault.either("utf"));
    return faults;
  }

  void set(MatrixFault fault, boolean stream) throws IOException {
    if (fault.is("refused") != refuses) {
      refuses = !refuses;
      if (refuses) upstream.close();
      else upstream = new FakeUpstream("127.0.0.1", upstream.port());
    }
    Answer answer = answer(fault, anthropic || stream);
    upstream.answer(received ->
        received.method().equals("POST") ? answer : FakeUpstream.status(404));
  }

  private Answer answer(MatrixFault fault, boolean events) {
    if (fault.is("cut")) return sound(events).dropAfter(fault.behind());
    if (fault.is("stall")) return sound(events).stallAfter(fault.behind());
    return switch (fault.name()) {
      case "none", "refused" -> sound(events);
      case "reset" -> FakeUpstream.hangUp();
      case "html" -> FakeUpstream.status(200).header("Content-Type", "text/html").body(PAGE);
      case "page" -> FakeUpstream.status(502).header("Content-Type", "text/html").body(PAGE);
      case "error" -> FakeUpstream.json(ERROR);
      case "late-error" -> FakeUpstream.sse(
          String.join("", events().subList(0, 4)) + "event: error\n" + event(ERROR.strip()));
      case "redirect" -> FakeUpstream.status(307).header("Location", "http://127.0.0.1:9/")
          .body("");
      case "empty" -> FakeUpstream.status(200).header("Content-Type", "application/json").body("");
      case "drip" -> sound(events).inPiecesOf(40).pause(Duration.ofMillis(20));
      case "type" -> plainly(events, "text/plain", body(events));
      case "gzip" -> plainly(events, null, packed(body(events)))
          .header("Content-Encoding", "gzip");
      case "broken-gzip" -> {
        byte[] packed = packed(body(events));
        for (int i = packed.length / 3; i < packed.length; i++) packed[i] ^= 0x55;
        yield plainly(events, null, packed).header("Content-Encoding", "gzip");
      }
      case "utf" -> plainly(events, null,
          new String(body(events), ISO_8859_1).replace("Ten", "Ten\u00ff").getBytes(ISO_8859_1));
      case "endless" -> endless(events);
      case "huge" -> huge(events);
      default -> throw new AssertionError(fault);
    };
  }

  private static final String PAGE = "<html><body><h1>502 Bad Gateway</h1></body></html>";
  private static final String ERROR = """
      {"type":"error","error":{"type":"api_error","message":"The machine is on fire."}}""";

  private Answer sound(boolean events) {
    return events ? FakeUpstream.sse(text()) : FakeUpstream.parts(parts());
  }

  private byte[] body(boolean events) {
    return (events ? text() : String.join("", parts())).getBytes(UTF_8);
  }

  private static Answer plainly(boolean events, String type, byte[] body) {
    String usual = events ? "text/event-stream" : "application/json";
    return FakeUpstream.status(200).header("Content-Type", type == null ? usual : type).body(body);
  }

  private static byte[] packed(byte[] body) {
    var bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(body);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /// More than is taken of an answer, and the connection stays.
  private Answer endless(boolean events) {
    if (!events) {
      String[] parts = new String[MANY * 4];
      parts[0] = "{\"choices\":[{\"message\":{\"content\":\"";
      for (int i = 1; i < parts.length; i++) parts[i] = LONG;
      return FakeUpstream.parts(parts).stallAfter(parts.length);
    }
    List<String> all = new ArrayList<>(events().subList(0, anthropic ? 2 : 1));
    for (int i = 0; i < MANY; i++) all.add(piece(LONG));
    return FakeUpstream.sse(String.join("", all)).stallAfter(all.size());
  }

  /// In parts, for memory; that it is a stream shows by how it begins.
  private Answer huge(boolean events) {
    String[] around = events ? (String.join("", events().subList(0, anthropic ? 2 : 1))
        + piece("TEXT")).split("TEXT") : completion("TEXT").split("TEXT");
    String[] parts = new String[HUGE / LONG.length() + 2];
    Arrays.fill(parts, LONG);
    parts[0] = around[0];
    parts[parts.length - 1] = around[1];
    return FakeUpstream.parts(parts);
  }

  private String text() {
    return String.join("", events());
  }

  private List<String> events() {
    List<String> events = new ArrayList<>();
    if (anthropic) {
      events.add(event(
          "{\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":9}}}"));
      events.add(event("{\"type\":\"content_block_start\",\"index\":0,\"content_block\":"
          + "{\"type\":\"text\",\"text\":\"\"}}"));
    } else {
      events.add(chunk("{\"role\":\"assistant\",\"content\":\"\"}", "null"));
    }
    for (String piece : PIECES) events.add(piece(piece));
    if (anthropic) {
      events.add(event("{\"type\":\"content_block_stop\",\"index\":0}"));
      events.add(event("{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"}}"));
      events.add(event("{\"type\":\"message_stop\"}"));
    } else {
      events.add(chunk("{}", "\"stop\""));
      events.add("data: [DONE]\n\n");
    }
    return events;
  }

  private String piece(String text) {
    return anthropic ? event("{\"type\":\"content_block_delta\",\"index\":0,\"delta\":"
        + "{\"type\":\"text_delta\",\"text\":\"" + text + "\"}}")
        : chunk("{\"content\":\"" + text + "\"}", "null");
  }

  private static String event(String data) {
    return "data: " + data + "\n\n";
  }

  private static String chunk(String delta, String reason) {
    return event("{\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"model\":\"m\",\"choices\":"
        + "[{\"index\":0,\"delta\":" + delta + ",\"finish_reason\":" + reason + "}]}");
  }

  private static String completion(String text) {
    return "{\"id\":\"c\",\"object\":\"chat.completion\",\"model\":\"m\",\"choices\":[{\"index\":0,"
        + "\"message\":{\"role\":\"assistant\",\"content\":" + new Json.Str(text)
        + "},\"finish_reason\":\"stop\"}]}";
  }

  private static String[] parts() {
    String whole = completion(String.join("", PIECES));
    int step = whole.length() / 4;
    return IntStream.range(0, 4).mapToObj(i ->
        whole.substring(i * step, i == 3 ? whole.length() : (i + 1) * step))
        .toArray(String[]::new);
  }

  @Override
  public void close() {
    upstream.close();
  }
}
