package skyproxy.codex;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import skyproxy.chat.ChatException;
import skyproxy.chat.Event;
import skyproxy.chat.Usage;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.speech.OutputLimit;
import skyproxy.testing.Fixtures;

/// Words of the real CLI, decoded: each transcript against the events written beside it.
final class TranscriptTest {
  private static final CodexFailures ERRORS =
      new CodexFailures("fake-nope", List.of("gpt-5.5", "gpt-6-luna"), () -> null);

  private static String line(Event event) {
    return switch (event) {
      case Event.Text(var delta) -> "text " + new Json.Str(delta);
      case Event.Reasoning(var delta) -> "reasoning " + new Json.Str(delta);
      case Event.Finish(var reason, Usage u) -> "finish " + reason.wireName() + " " + u.prompt()
          + "+" + u.completion() + " cached " + u.cached() + " reasoning " + u.reasoning();
      default -> event.toString();
    };
  }

  /// The lines of one reply; signs of life are left out.
  private static final class Lines {
    private final List<String> lines = new ArrayList<>();

    void add(Event event) {
      if (!(event instanceof Event.Idle)) lines.add(line(event));
    }

    void add(ChatException failed) {
      lines.add("! " + failed.failure());
    }
  }

  @Test
  void app_server() {
    Map<String, AppServerDecoder> decoders = new LinkedHashMap<>();
    Map<String, Lines> replies = new LinkedHashMap<>();
    for (String line : Fixtures.text("codex/app-server.jsonl").split("\n")) {
      Cursor entry = Cursor.of(Json.parse(line));
      Cursor thread = entry.at("msg").at("params").at("threadId");
      if (!entry.at("dir").string().equals("<") || !thread.isString()) continue;
      Lines lines = replies.computeIfAbsent(thread.string(), _ -> new Lines());
      if (!lines.lines.isEmpty() && lines.lines.getLast().startsWith("!")) continue;
      AppServerDecoder decoder = decoders.computeIfAbsent(thread.string(),
          _ -> new AppServerDecoder(new OutputLimit(List.of(), null), () -> 0, ERRORS::of));
      try {
        decoder.decode(entry.at("msg").object(), lines::add);
      } catch (ChatException failed) {
        lines.add(failed);
      }
    }
    assertEquals(Fixtures.text("codex/app-server.events"), text(List.copyOf(replies.values())));
  }

  @Test
  void exec() {
    List<Lines> replies = new ArrayList<>();
    ExecDecoder decoder = null;
    for (String line : Fixtures.text("codex/exec.jsonl").split("\n")) {
      Json.Obj event = (Json.Obj) Json.parse(line);
      if (event.get("type").equals(new Json.Str("thread.started"))) {
        replies.add(new Lines());
        decoder = new ExecDecoder(new OutputLimit(List.of(), null), ERRORS);
      }
      Lines lines = replies.getLast();
      if (!lines.lines.isEmpty() && lines.lines.getLast().startsWith("!")) continue;
      try {
        decoder.decode(event, lines::add);
      } catch (ChatException failed) {
        lines.add(failed);
      }
    }
    assertEquals(Fixtures.text("codex/exec.events"), text(replies));
  }

  private static String text(List<Lines> replies) {
    StringBuilder text = new StringBuilder();
    for (Lines reply : replies) text.append(String.join("\n", reply.lines)).append("\n\n");
    return text.toString();
  }
}
