package skyproxy.chat;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import skyproxy.json.Json;

/// [WholeWords] for the chunks that an upstream wrote, choice by choice.
///
/// Knows nothing of time either: who uses it decides how long to wait before [#flush]. One
/// instance a reply, one thread.
public final class VerbatimWords {
  private final Map<Integer, WholeWords> words = new TreeMap<>();
  private final Set<Integer> introduced = new HashSet<>();
  private Json.Obj last;

  /// Takes the next chunk and returns what of it may go on now, null when that is nothing.
  public Json.Obj feed(Json.Obj chunk) {
    last = chunk;
    Json.Obj whole = Choice.edit(chunk, this::feed);
    return Choice.tells(whole, introduced) || whole == chunk ? whole : null;
  }

  private Choice feed(Choice choice) {
    String content = choice.text("content");
    boolean ends = choice.finishReason() != null || content.isEmpty() && choice.says();
    WholeWords own = words.get(choice.index());
    if (own == null) {
      if (content.isEmpty()) return choice;
      words.put(choice.index(), own = new WholeWords());
    }
    String whole = own.feed(content);
    if (ends) whole += own.end();
    return whole.equals(content) ? choice
        : choice.saying(choice.said().with("content", new Json.Str(whole)));
  }

  /// Whether a part of a word is held back.
  public boolean holding() {
    return words.values().stream().anyMatch(WholeWords::holding);
  }

  /// A chunk with what is held back, but for halves of characters; null when there is none.
  public Json.Obj flush() {
    return late(false);
  }

  /// A chunk with all that is held back, at the end of a reply; null when there is none.
  public Json.Obj end() {
    return late(true);
  }

  private Json.Obj late(boolean all) {
    Json.Arr choices = new Json.Arr(words.entrySet().stream().<Json>mapMulti((entry, out) -> {
      String text = all ? entry.getValue().end() : entry.getValue().flush();
      if (!text.isEmpty()) out.accept(choice(entry.getKey(), text));
    }).toList());
    if (choices.items().isEmpty()) return null;
    Json.Obj chunk = last;
    for (String name : List.of("usage", "error")) chunk = chunk.without(name);
    return chunk.with("choices", choices);
  }

  private static Json.Obj choice(int index, String text) {
    return Json.Obj.builder().put("index", index)
        .put("delta", Json.Obj.builder().put("content", text).build())
        .putNull("finish_reason").build();
  }
}
