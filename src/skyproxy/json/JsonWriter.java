package skyproxy.json;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// Writes compact JSON text.
///
/// Only what must be escaped is: quotes, backslashes, control characters, and surrogates without
/// their other half, which UTF-8 can't express. All else stands as it is, U+2028 included.
public final class JsonWriter {

  private static final char[] HEX = "0123456789abcdef".toCharArray();

  private final StringBuilder out;
  private final boolean wellFormed;
  private final Source source; // null: all is written anew
  private final List<ByteBuffer> pieces;

  private JsonWriter(StringBuilder out, boolean wellFormed) {
    this(out, wellFormed, null);
  }

  private JsonWriter(StringBuilder out, boolean wellFormed, Source source) {
    this.out = out;
    this.wellFormed = wellFormed;
    this.source = source;
    pieces = source == null ? List.of() : new ArrayList<>();
  }

  /// The text of a value.
  public static String text(Json value) {
    var out = new StringBuilder(64);
    write(value, out);
    return out.toString();
  }

  /// The text of a value in UTF-8.
  public static byte[] bytes(Json value) {
    return text(value).getBytes(UTF_8);
  }

  /// The same with U+FFFD in the place of surrogates without their other half, such as a text has
  /// that was cut in the middle of an emoji: strict readers refuse their escapes too.
  public static byte[] wellFormedBytes(Json value) {
    var out = new StringBuilder(64);
    new JsonWriter(out, true).value(value);
    return out.toString().getBytes(UTF_8);
  }

  /// The same, in pieces: the large parts that were read from bytes and are as they came go out in
  /// these very bytes, which are not copied.
  public static List<ByteBuffer> pieces(Json.Obj object) {
    if (object.source() == null) return List.of(ByteBuffer.wrap(wellFormedBytes(object)));
    JsonWriter writer = new JsonWriter(new StringBuilder(256), true, object.source());
    writer.value(object);
    writer.cut();
    return writer.pieces;
  }

  private void cut() {
    if (!out.isEmpty()) pieces.add(ByteBuffer.wrap(out.toString().getBytes(UTF_8)));
    out.setLength(0);
  }

  /// Appends the text of a value.
  public static void write(Json value, StringBuilder out) {
    new JsonWriter(out, false).value(value);
  }

  private void value(Json value) {
    ByteBuffer asItCame = source == null ? null : source.bytes(value);
    if (asItCame != null) {
      cut();
      pieces.add(asItCame);
      return;
    }
    switch (value) {
      case Json.Obj object -> object(object);
      case Json.Arr array -> array(array);
      case Json.Str string -> string(string.value());
      case Json.Num number -> out.append(number.text());
      case Json.Bool bool -> out.append(bool.value());
      case Json.Null _ -> out.append("null");
    }
  }

  private void object(Json.Obj object) {
    char before = '{';
    for (var member : object.members().entrySet()) {
      out.append(before);
      string(member.getKey());
      out.append(':');
      value(member.getValue());
      before = ',';
    }
    if (before == '{') out.append('{');
    out.append('}');
  }

  private void array(Json.Arr array) {
    char before = '[';
    for (Json item : array.items()) {
      out.append(before);
      value(item);
      before = ',';
    }
    if (before == '[') out.append('[');
    out.append(']');
  }

  private void string(String value) {
    out.append('"');
    int written = 0;
    for (int at = plainEnd(value, 0); at < value.length(); at = plainEnd(value, written)) {
      out.append(value, written, at);
      escape(value.charAt(at));
      written = at + 1;
    }
    if (written == 0) {
      out.append(value); // quicker than a range of the same length
    } else {
      out.append(value, written, value.length());
    }
    out.append('"');
  }

  /// Where a run of characters ends that stand for themselves.
  private static int plainEnd(String value, int from) {
    int length = value.length();
    int i = from;
    while (i < length) {
      char c = value.charAt(i);
      if (c < ' ' || c == '"' || c == '\\') return i;
      if (Character.isSurrogate(c)) {
        if (Character.isLowSurrogate(c)) return i;
        if (i + 1 == length || !Character.isLowSurrogate(value.charAt(i + 1))) return i;
        i++;
      }
      i++;
    }
    return length;
  }

  private void escape(char c) {
    switch (c) {
      case '"' -> out.append("\\\"");
      case '\\' -> out.append("\\\\");
      case '\b' -> out.append("\\b");
      case '\f' -> out.append("\\f");
      case '\n' -> out.append("\\n");
      case '\r' -> out.append("\\r");
      case '\t' -> out.append("\\t");
      default -> {
        if (wellFormed && Character.isSurrogate(c)) {
          out.append('\uFFFD');
          return;
        }
        out.append("\\u");
        for (int shift = 12; shift >= 0; shift -= 4) out.append(HEX[c >> shift & 15]);
      }
    }
  }
}
