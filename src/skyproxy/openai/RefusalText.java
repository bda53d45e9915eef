package skyproxy.openai;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import skyproxy.json.Json;

/// All the words of an error, whatever its shape: servers put what they object to into a message,
/// a list of places, a text that is JSON again, or several of these.
///
/// @param lines each text in it, in order
/// @param all the same as one text
record RefusalText(List<String> lines, String all) {
  /// What servers repeat of the request; the words of a prompt are none of theirs.
  private static final Set<String> ECHOES = Set.of("input", "ctx", "url", "request_id", "instance");
  private static final int LONGEST = 20_000;

  static RefusalText of(Json error) {
    List<String> lines = new ArrayList<>();
    collect(error, lines);
    String all = String.join("\n", lines);
    return new RefusalText(List.copyOf(lines),
        all.length() > LONGEST ? all.substring(0, LONGEST) : all);
  }

  private static void collect(Json value, List<String> lines) {
    switch (value) {
      case Json.Str(var text) -> {
        Json inner = UpstreamError.inner(text);
        if (inner == null) lines.add(withoutTemplate(text.strip()));
        else collect(inner, lines);
      }
      case Json.Obj object -> object.members().forEach((name, member) -> {
        if (!ECHOES.contains(name)) collect(member, lines);
      });
      case Json.Arr(var items) -> items.forEach(item -> collect(item, lines));
      case Json.Num _, Json.Bool _, Json.Null _ -> { }
    }
  }

  /// llama-server quotes the template that failed, which says much that is no objection.
  static String withoutTemplate(String text) {
    int quoted = text.indexOf("While executing");
    int error = text.lastIndexOf("Error: ");
    return quoted < 0 || error < quoted ? text
        : text.substring(0, quoted) + "While executing: " + text.substring(error);
  }
}
