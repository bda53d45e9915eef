package skyproxy.chat;

import java.util.function.UnaryOperator;
import skyproxy.json.Json;

/// The texts of a request that is to be kept, wherever they stand in it.
public final class Texts {
  private Texts() {}

  /// The same value with every text in it changed, names of members and pictures not.
  public static Json changed(Json value, UnaryOperator<String> change) {
    return switch (value) {
      case Json.Str text when text.value().startsWith("data:image/") -> value;
      case Json.Str text -> new Json.Str(change.apply(text.value()));
      case Json.Arr array ->
          new Json.Arr(array.items().stream().map(item -> changed(item, change)).toList());
      case Json.Obj object -> {
        Json.Obj.Builder out = Json.Obj.builder();
        object.members().forEach((name, member) -> out.put(name, changed(member, change)));
        yield out.build();
      }
      default -> value;
    };
  }
}
