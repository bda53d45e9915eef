package skyproxy.routing;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// What a `model` text means: an order of ids, with turns.
///
/// Grammar: `text = list *( ">" list )`, `list = id *( "," id )`. Ids of a list take turns; lists
/// behind a `>` are for when those before fail. An id that is an alias stands for its own text.
final class ModelText {

  /// An id at its place in the order.
  ///
  /// @param turn whose turn was used up by putting this id first, or null; given back on failure
  record Choice(String id, Rotation.Turn turn) {}

  private final Map<String, String> aliases;
  private final Function<String, Rotation.Turn> turns;

  /// @param turns gives the next turn of a list, by the list's text
  ModelText(Map<String, String> aliases, Function<String, Rotation.Turn> turns) {
    this.aliases = aliases;
    this.turns = turns;
  }

  /// The ids in the order in which they are to be tried now, each once.
  List<Choice> order(String text) {
    List<Choice> all = new ArrayList<>();
    collect(text, all);
    List<Choice> once = new ArrayList<>();
    for (Choice choice : all) {
      if (once.stream().noneMatch(seen -> seen.id().equals(choice.id()))) once.add(choice);
    }
    return once;
  }

  private void collect(String text, List<Choice> out) {
    for (String group : split(text, '>')) {
      List<String> ids = split(group, ',');
      Rotation.Turn turn = ids.size() < 2 ? null : turns.apply(String.join(",", ids));
      int start = turn == null ? 0 : (int) (turn.number() % ids.size());
      for (int i = 0; i < ids.size(); i++) {
        int before = out.size();
        String id = ids.get((start + i) % ids.size());
        String meaning = aliases.get(id);
        if (meaning == null) out.add(new Choice(id, null));
        else collect(meaning, out);
        if (i == 0 && turn != null && out.size() > before) {
          Choice first = out.get(before);
          out.set(before, new Choice(first.id(), turn.and(first.turn())));
        }
      }
    }
  }

  /// Refuses an alias that leads back to itself.
  static void check(String alias, Map<String, String> aliases) {
    check(alias, aliases, List.of());
  }

  private static void check(String alias, Map<String, String> aliases, List<String> path) {
    if (path.contains(alias)) {
      throw new IllegalArgumentException("the alias '" + alias + "' leads back to itself ("
          + String.join(" -> ", path) + " -> " + alias + ")");
    }
    List<String> longer = new ArrayList<>(path);
    longer.add(alias);
    for (String id : ids(aliases.get(alias))) {
      if (aliases.containsKey(id)) check(id, aliases, longer);
    }
  }

  /// All ids of a text, aliases not followed.
  static List<String> ids(String text) {
    return split(text, '>').stream().flatMap(group -> split(group, ',').stream()).toList();
  }

  private static List<String> split(String text, char separator) {
    List<String> parts = new ArrayList<>();
    for (String part : text.split(String.valueOf(separator), -1)) {
      if (!part.isBlank()) parts.add(part.strip());
    }
    return parts;
  }
}
