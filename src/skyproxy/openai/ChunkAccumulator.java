package skyproxy.openai;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import skyproxy.chat.Chunk;
import skyproxy.json.Json;

/// Puts chunks together again to the one completion that they are pieces of.
///
/// Texts that grow are joined, lists are appended to, tool calls are matched by their number, and
/// of everything else the last value that is not null wins.
final class ChunkAccumulator {
  private static final Json.Obj NOTHING = Json.Obj.builder().build();
  private static final Set<String> GROWING =
      Set.of("content", "refusal", "reasoning", "reasoning_content", "arguments");

  private final TreeMap<Integer, Json.Obj> choices = new TreeMap<>();
  private Json.Obj top = NOTHING;

  /// Takes the next chunk.
  void add(Chunk chunk) {
    top = merged(top, chunk.body().without("choices"));
    for (Chunk.Choice choice : chunk.choices()) {
      choices.merge(choice.index(), choice.json(), ChunkAccumulator::merged);
    }
  }

  private static Json.Obj merged(Json.Obj old, Json.Obj piece) {
    for (var member : piece.members().entrySet()) {
      String name = member.getKey();
      old = old.with(name, merged(name, old.get(name), member.getValue()));
    }
    return old;
  }

  private static Json merged(String name, Json old, Json piece) {
    if (piece instanceof Json.Arr pieces) {
      List<Json> items = new ArrayList<>(old instanceof Json.Arr known ? known.items() : List.of());
      for (Json item : pieces.items()) append(items, name, item);
      return new Json.Arr(items);
    }
    if (old == null || old == Json.NULL) return piece;
    return switch (piece) {
      case Json.Null _ -> old;
      case Json.Obj object -> old instanceof Json.Obj known ? merged(known, object) : object;
      case Json.Str(var text) -> {
        String before = old instanceof Json.Str(var known) ? known : "";
        if (GROWING.contains(name)) yield new Json.Str(before + text);
        yield text.isEmpty() ? old : piece;
      }
      case Json.Arr _, Json.Num _, Json.Bool _ -> piece;
    };
  }

  private static void append(List<Json> items, String name, Json item) {
    if (!name.equals("tool_calls") || !(item instanceof Json.Obj call)) {
      items.add(item);
      return;
    }
    int index = Math.min(Chunk.index(call, items.size()), items.size());
    if (index == items.size()) items.add(NOTHING);
    items.set(index, merged((Json.Obj) items.get(index), call.without("index")));
  }

  /// The completion so far.
  Chunk completion() {
    List<Json> all = new ArrayList<>();
    choices.forEach((index, choice) -> {
      Json.Obj message = Json.Obj.builder().put("role", "assistant").build();
      if (choice.get("delta") instanceof Json.Obj said) message = merged(message, said);
      all.add(merged(Json.Obj.builder().put("index", index).put("message", message).build(),
          choice.without("delta")));
    });
    Json.Obj.Builder whole = Json.Obj.builder();
    top.members().forEach((name, value) -> {
      if (!name.equals("usage")) whole.put(name, value);
    });
    return Chunk.of(whole.put("object", "chat.completion").put("choices", new Json.Arr(all))
        .putIfPresent("usage", top.get("usage")).build());
  }
}
