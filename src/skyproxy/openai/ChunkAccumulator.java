package skyproxy.openai;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import skyproxy.chat.Chunk;
import skyproxy.json.Json;

/// Puts chunks together again to the one completion that they are pieces of.
///
/// Texts that grow are joined, lists are appended to, tool calls are matched by their number, and
/// of everything else the last value that is not null wins. Takes time in proportion to the chunks,
/// however many there are.
final class ChunkAccumulator {
  private static final Set<String> GROWING =
      Set.of("content", "refusal", "reasoning", "reasoning_content", "arguments");

  private final TreeMap<Integer, Growing> choices = new TreeMap<>();
  private final Growing top = new Growing();

  /// An object under way. A member is a value, or what grows: a [StringBuilder], a [List] of
  /// members, another of these.
  private static final class Growing {
    private final SequencedMap<String, Object> members = new LinkedHashMap<>();

    private Growing add(Json.Obj piece) {
      piece.members().forEach((name, value) ->
          members.compute(name, (_, old) -> merged(name, old, value)));
      return this;
    }

    private Json.Obj json() {
      Json.Obj.Builder object = Json.Obj.builder();
      members.forEach((name, value) -> object.put(name, ChunkAccumulator.json(value)));
      return object.build();
    }
  }

  /// Takes the next chunk.
  void add(Chunk chunk) {
    top.add(chunk.body().without("choices"));
    for (Chunk.Choice choice : chunk.choices()) {
      choices.computeIfAbsent(choice.index(), _ -> new Growing()).add(choice.json());
    }
  }

  @SuppressWarnings("unchecked")
  private static Object merged(String name, Object old, Json piece) {
    return switch (piece) {
      case Json.Null _ -> old == null ? piece : old;
      case Json.Obj object -> (old instanceof Growing known ? known : new Growing()).add(object);
      case Json.Arr(var pieces) -> {
        List<Object> items = old instanceof List<?> known ? (List<Object>) known
            : new ArrayList<>();
        for (Json item : pieces) append(items, name, item);
        yield items;
      }
      case Json.Str(var text) -> {
        if (GROWING.contains(name)) {
          yield (old instanceof StringBuilder known ? known : new StringBuilder()).append(text);
        }
        yield text.isEmpty() && old != null && old != Json.NULL ? old : piece;
      }
      case Json.Num _, Json.Bool _ -> piece;
    };
  }

  private static void append(List<Object> items, String name, Json item) {
    if (!name.equals("tool_calls") || !(item instanceof Json.Obj call)) {
      items.add(item);
      return;
    }
    int index = Math.min(Chunk.index(call, items.size()), items.size());
    if (index == items.size()) items.add(new Growing());
    Growing known = items.get(index) instanceof Growing begun ? begun : new Growing();
    items.set(index, known.add(call.without("index")));
  }

  private static Json json(Object value) {
    return switch (value) {
      case Growing object -> object.json();
      case List<?> items -> new Json.Arr(items.stream().map(ChunkAccumulator::json).toList());
      case StringBuilder text -> new Json.Str(text.toString());
      default -> (Json) value;
    };
  }

  /// The completion so far.
  Chunk completion() {
    List<Json> all = new ArrayList<>();
    choices.forEach((index, choice) -> all.add(completed(index, choice.json())));
    Json.Obj.Builder whole = Json.Obj.builder();
    Map<String, Json> members = top.json().members();
    members.forEach((name, value) -> {
      if (!name.equals("usage")) whole.put(name, value);
    });
    return Chunk.of(whole.put("object", "chat.completion").put("choices", new Json.Arr(all))
        .putIfPresent("usage", members.get("usage")).build());
  }

  private static Json completed(int index, Json.Obj choice) {
    Growing message = new Growing().add(Json.Obj.builder().put("role", "assistant").build());
    if (choice.get("delta") instanceof Json.Obj said) message.add(said);
    return new Growing().add(Json.Obj.builder().put("index", index)
        .put("message", message.json()).build()).add(choice.without("delta")).json();
  }
}
