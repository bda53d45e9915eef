package skyproxy.json;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// JSON as RFC 8259 writes it down, read in the plainest way there is: what the program's reader
/// must agree with. Gives null where it is none, and knows no places.
final class PlainJson {
  private static final int DEEPEST = 512;
  private static final Pattern BLANKS = Pattern.compile("[ \\t\\n\\r]*+");
  private static final Pattern NUMBER =
      Pattern.compile("-?+(?:0|[1-9][0-9]*+)(?:\\.[0-9]++)?+(?:[eE][+-]?+[0-9]++)?+");
  private static final Pattern CHARACTER = Pattern.compile("[^\\x00-\\x1f\"\\\\]++"
      + "|\\\\(?:[\"\\\\/bfnrt]|u[0-9a-fA-F]{4})", Pattern.DOTALL);

  private static final class None extends Exception {}

  private final String text;
  private int at;

  private PlainJson(String text) {
    this.text = text;
  }

  static Json read(String text) {
    PlainJson plain = new PlainJson(text.startsWith("\uFEFF") ? text.substring(1) : text);
    try {
      Json value = plain.value(0);
      return plain.at == plain.text.length() ? value : null;
    } catch (None none) {
      return null;
    }
  }

  private Json value(int depth) throws None {
    take(BLANKS);
    Json value = bare(depth);
    take(BLANKS);
    return value;
  }

  private Json bare(int depth) throws None {
    if (text.startsWith("{", at) || text.startsWith("[", at)) {
      if (depth == DEEPEST) throw new None();
      return text.startsWith("{", at) ? object(depth + 1) : array(depth + 1);
    }
    if (text.startsWith("\"", at)) return new Json.Str(string());
    for (Json each : List.of(Json.NULL, new Json.Bool(true), new Json.Bool(false))) {
      if (takes(each.toString())) return each;
    }
    String number = take(NUMBER);
    if (number == null) throw new None();
    return new Json.Num(number);
  }

  private Json object(int depth) throws None {
    at++;
    take(BLANKS);
    Json.Obj.Builder members = Json.Obj.builder();
    if (takes("}")) return members.build();
    do {
      take(BLANKS);
      if (!text.startsWith("\"", at)) throw new None();
      String name = string();
      take(BLANKS);
      if (!takes(":")) throw new None();
      members.put(name, value(depth));
    } while (takes(","));
    if (!takes("}")) throw new None();
    return members.build();
  }

  private Json array(int depth) throws None {
    at++;
    take(BLANKS);
    List<Json> items = new ArrayList<>();
    if (takes("]")) return new Json.Arr(items);
    do items.add(value(depth)); while (takes(","));
    if (!takes("]")) throw new None();
    return new Json.Arr(items);
  }

  private String string() throws None {
    at++;
    StringBuilder value = new StringBuilder();
    for (String piece; (piece = take(CHARACTER)) != null; ) {
      if (!piece.startsWith("\\")) value.append(piece);
      else if (piece.length() > 2) value.append((char) Integer.parseInt(piece.substring(2), 16));
      else value.append("\b\f\n\r\t\"\\/".charAt("bfnrt\"\\/".indexOf(piece.charAt(1))));
    }
    if (!takes("\"")) throw new None();
    return value.toString();
  }

  private boolean takes(String word) {
    boolean there = text.startsWith(word, at);
    if (there) at += word.length();
    return there;
  }

  private String take(Pattern pattern) {
    Matcher found = pattern.matcher(text).region(at, text.length());
    if (!found.lookingAt()) return null;
    at = found.end();
    return found.group();
  }
}
