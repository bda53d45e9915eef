package skyproxy.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.testing.FakeUpstream.Answer;
import skyproxy.testing.FakeUpstream.Received;

/// An OpenAI-compatible server whose answers are rules in JSON: the first one that fits a request
/// answers it.
///
/// A rule's `if` may hold `roles` and `notRoles` (patterns for the initials of the roles), `any`
/// (members of which the body has one), `none` (it has none of them), `unknown` (all members that
/// it may have), `value` (members and patterns for what they are, as JSON), `body` (a pattern for
/// the whole of it) and `stream`; its
/// answer `status`, `headers`, and one of `json`, `text`, `file`, `good` (a whole reply of that
/// text), with `sse` and `gzip` for how it comes. `{{name}}` stands for the member that was found,
/// in camel case where `camel` says so.
public final class RuledUpstream implements AutoCloseable {
  private static final String MODELS = """
      {"object":"list","data":[{"id":"m"}]}""";

  private final FakeUpstream upstream = new FakeUpstream();
  private final Path folder;

  /// @param rules a list of rules
  /// @param folder where their files are
  public RuledUpstream(List<Cursor> rules, Path folder) {
    this.folder = folder;
    upstream.answer(request -> request.method().equals("POST") ? answer(rules, request)
        : FakeUpstream.json(MODELS));
  }

  public String url() {
    return upstream.url();
  }

  /// The bodies of all chats that were asked for, in order.
  public List<Json.Obj> bodies() {
    return upstream.requests().stream().filter(request -> request.method().equals("POST"))
        .map(Received::json).toList();
  }

  private Answer answer(List<Cursor> rules, Received request) {
    Json.Obj body = request.json();
    for (Cursor rule : rules) {
      String name = found(rule.at("if"), body);
      if (name == null) continue;
      boolean camel = rule.at("camel").boolOr(rule.at("if").at("camel").boolOr(false));
      return answer(rule, camel ? camel(name) : name, body);
    }
    return FakeUpstream.status(500).body("no rule fits " + body);
  }

  /// The member that a condition has found, "" where it looks for none; null: it does not fit.
  private static String found(Cursor condition, Json.Obj body) {
    if (condition.isMissing()) return "";
    boolean fits = find(condition.at("roles").stringOr(""), roles(body))
        && (condition.at("notRoles").isMissing()
            || !find(condition.at("notRoles").string(), roles(body)))
        && (condition.at("stream").isMissing()
            || condition.at("stream").bool() == Cursor.of(body).at("stream").boolOr(false))
        && find(condition.at("body").stringOr(""), body.toString())
        && names(condition.at("none")).stream().noneMatch(body.members()::containsKey);
    if (!fits) return null;
    if (!condition.at("any").isMissing()) {
      return names(condition.at("any")).stream().filter(body.members()::containsKey).findFirst()
          .orElse(null);
    }
    if (!condition.at("unknown").isMissing()) {
      List<String> known = names(condition.at("unknown"));
      return body.members().keySet().stream().filter(name -> !known.contains(name)).findFirst()
          .orElse(null);
    }
    if (condition.at("value").isMissing()) return "";
    return condition.at("value").members().entrySet().stream()
        .filter(each -> body.get(each.getKey()) != null
            && find(each.getValue().string(), body.get(each.getKey()).toString()))
        .map(each -> each.getKey()).findFirst().orElse(null);
  }

  private static List<String> names(Cursor list) {
    return list.arrayOrEmpty().stream().map(Cursor::string).toList();
  }

  private static boolean find(String pattern, String text) {
    return Pattern.compile(pattern).matcher(text).find();
  }

  private static String roles(Json.Obj body) {
    StringBuilder roles = new StringBuilder();
    for (Cursor message : Cursor.of(body).at("messages").arrayOrEmpty()) {
      roles.append(message.at("role").stringOr("?").charAt(0));
    }
    return roles.toString();
  }

  private static String camel(String name) {
    return Pattern.compile("_(.)").matcher(name).replaceAll(hit -> hit.group(1).toUpperCase());
  }

  private Answer answer(Cursor rule, String name, Json.Obj body) {
    boolean stream = Cursor.of(body).at("stream").boolOr(false);
    String good = rule.at("good").stringOr(null);
    boolean events = good != null ? stream : rule.at("sse").boolOr(false);
    Answer answer = FakeUpstream.status((int) rule.at("status").integerOr(200));
    boolean typed = false;
    if (!rule.at("headers").isMissing()) {
      for (var header : rule.at("headers").members().entrySet()) {
        typed |= header.getKey().equalsIgnoreCase("content-type");
        answer.header(header.getKey(), header.getValue().string());
      }
    }
    if (!typed) answer.header("Content-Type", events ? "text/event-stream" : "application/json");
    byte[] bytes = (good != null ? reply(good, stream) : content(rule))
        .replace("{{name}}", name).getBytes(UTF_8);
    boolean packed = rule.at("gzip").boolOr(false);
    return packed ? answer.header("Content-Encoding", "gzip").body(gzip(bytes))
        : answer.body(bytes);
  }

  private String content(Cursor rule) {
    try {
      return !rule.at("json").isMissing() ? rule.at("json").json().toString()
          : !rule.at("file").isMissing()
              ? Files.readString(folder.resolve(rule.at("file").string()))
              : rule.at("text").stringOr("");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// A whole reply in the form that was asked for.
  private static String reply(String text, boolean stream) {
    String content = new Json.Str(text).toString();
    String head = """
        {"id":"c","object":"chat.completion%s","created":1,"model":"m","choices":[{"index":0,"""
        .formatted((stream ? ".chunk" : ""));
    if (!stream) {
      return head + "\"message\":{\"role\":\"assistant\",\"content\":" + content
          + "},\"finish_reason\":\"stop\"}]}";
    }
    return """
        data: %s"delta":{"role":"assistant","content":%s},"finish_reason":null}]}

        data: %s"delta":{},"finish_reason":"stop"}]}

        data: [DONE]

        """.formatted(head, content, head);
  }

  private static byte[] gzip(byte[] bytes) {
    var packed = new ByteArrayOutputStream();
    try (var out = new GZIPOutputStream(packed)) {
      out.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return packed.toByteArray();
  }

  @Override
  public void close() {
    upstream.close();
  }
}
