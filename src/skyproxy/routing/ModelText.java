package skyproxy.routing;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The grammar of a `model` text: `text = list *( ">" list )`, `list = id *( "," id )`.
///
/// Ids of a list take turns; lists behind a `>` are for when those before fail. Blanks and empty
/// entries count for nothing.
final class ModelText {
  private ModelText() {}

  /// The lists of a text, none of them empty.
  static List<List<String>> lists(String text) {
    List<List<String>> lists = new ArrayList<>();
    for (String list : text.split(">", -1)) {
      List<String> ids = new ArrayList<>();
      for (String id : list.split(",", -1)) {
        if (!id.isBlank()) ids.add(id.strip());
      }
      if (!ids.isEmpty()) lists.add(List.copyOf(ids));
    }
    return lists;
  }

  /// All ids of a text, aliases not followed.
  static List<String> ids(String text) {
    boolean one = text.indexOf(',') < 0 && text.indexOf('>') < 0;
    if (one) return text.isBlank() ? List.of() : List.of(text.strip());
    return lists(text).stream().flatMap(List::stream).toList();
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
}
