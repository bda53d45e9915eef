package skyproxy.chat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import skyproxy.json.Json;

/// Takes pictures out of a request that is to be kept.
public final class Pictures {
  /// Two million bytes as base64.
  private static final int LARGEST = 2_000_000 / 3 * 4;

  private Pictures() {}

  /// The request without pictures over 2 MB and without those that lie on another computer: a
  /// sentence stands in the place of each.
  public static Json.Obj without(Json.Obj request) {
    if (!(request.get("messages") instanceof Json.Arr messages)) return request;
    Json.Arr lean = changed(messages, message ->
        message instanceof Json.Obj one && one.get("content") instanceof Json.Arr parts
            ? with(one, parts, changed(parts, Pictures::lean)) : message);
    return lean == messages ? request : request.with("messages", lean);
  }

  private static Json.Obj with(Json.Obj message, Json.Arr old, Json.Arr parts) {
    return parts == old ? message : message.with("content", parts);
  }

  private static Json lean(Json part) {
    String instead = part instanceof Json.Obj one ? insteadOf(one.get("image_url")) : null;
    return instead == null ? part
        : Json.Obj.builder().put("type", "text").put("text", instead).build();
  }

  /// The same array when no item is another one than before.
  private static Json.Arr changed(Json.Arr array, UnaryOperator<Json> change) {
    List<Json> items = new ArrayList<>(array.items());
    items.replaceAll(change);
    for (int i = 0; i < items.size(); i++) {
      if (items.get(i) != array.items().get(i)) return new Json.Arr(items);
    }
    return array;
  }

  /// Null when the picture may stay, or there is none.
  private static String insteadOf(Json picture) {
    Json url = picture instanceof Json.Obj object ? object.get("url") : picture;
    if (!(url instanceof Json.Str address)) return null;
    String text = address.value();
    if (!text.regionMatches(true, 0, "data:", 0, 5)) return "[A picture that lies elsewhere.]";
    return text.length() <= LARGEST ? null : "[A picture of over 2 MB.]";
  }
}
