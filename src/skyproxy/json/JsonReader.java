package skyproxy.json;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/// Reads one JSON text, by descending into it rule by rule.
///
/// A reader is used once: it keeps nothing that a failure could leave behind for the next text.
/// Its place in the text is always that of the next unread character:
/// ```
///   {"model":"demo","stream":true}
///   ^ 0      ^ at: the next unread        ^ text.length()
/// ```
///
/// Of a text that came as bytes it is noted where its large values stood, as long as they are
/// worth being sent on as they came: a name twice, or half a character, is mended by writing anew.
final class JsonReader {

  /// Far more than any request has, and far less than the smallest stack holds.
  static final int DEPTH_LIMIT = 512;

  private final String text;
  private final Source source; // null: the text came as a text
  private final boolean plain; // no control character anywhere, so that strings need no check
  private int at;
  private int depth;
  private int faults;
  private int quote = -1; // the next one, where `plain`; so with the backslash
  private int backslash = -1;

  JsonReader(String text) {
    this(text, null);
  }

  JsonReader(byte[] utf8) {
    this(Utf8.decode(utf8), utf8);
  }

  private JsonReader(String text, byte[] utf8) {
    this.text = text;
    source = utf8 == null ? null : new Source(utf8, text);
    plain = utf8 != null && Utf8.holdsNoControls(utf8);
    if (text.startsWith("\uFEFF")) at = 1;
  }

  /// `JSON-text = ws value ws`, [RFC 8259, 2](https://www.rfc-editor.org/rfc/rfc8259#section-2)
  Json document() {
    skipBlanks();
    if (at == text.length()) throw fail("the text is empty, a JSON value is expected");
    Json value = value();
    skipBlanks();
    if (at < text.length()) throw fail("nothing may follow the value, found " + found());
    return source != null && value instanceof Json.Obj root ? root.from(source) : value;
  }

  /// `value = false / null / true / object / array / number / string`,
  /// [RFC 8259, 3](https://www.rfc-editor.org/rfc/rfc8259#section-3)
  private Json value() {
    return switch (peek()) {
      case '{', '[', '"' -> large();
      case 't' -> literal("true", new Json.Bool(true));
      case 'f' -> literal("false", new Json.Bool(false));
      case 'n' -> literal("null", Json.NULL);
      case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> number();
      default -> throw fail("expected a value, found " + found());
    };
  }

  /// One of those that can be large.
  private Json large() {
    int start = at;
    int faultsBefore = faults;
    Json value = switch (text.charAt(at)) {
      case '{' -> object();
      case '[' -> array();
      default -> new Json.Str(string());
    };
    if (source != null && faults == faultsBefore) source.note(value, start, at);
    return value;
  }

  /// `object = "{" [ member *( "," member ) ] "}"`, `member = string ":" value`,
  /// [RFC 8259, 4](https://www.rfc-editor.org/rfc/rfc8259#section-4)
  private Json.Obj object() {
    enter();
    SequencedMap<String, Json> members = new LinkedHashMap<>();
    if (peek() == '}') {
      at++;
    } else {
      do {
        if (peek() != '"') throw fail("expected a member name in quotes, found " + found());
        String name = string();
        if (peek() != ':') throw fail("expected ':' after a member name, found " + found());
        at++;
        skipBlanks();
        if (members.put(name, value()) != null) faults++; // a second value takes its place
      } while (another('}'));
    }
    depth--;
    return new Json.Obj(members);
  }

  /// `array = "[" [ value *( "," value ) ] "]"`,
  /// [RFC 8259, 5](https://www.rfc-editor.org/rfc/rfc8259#section-5)
  private Json.Arr array() {
    enter();
    List<Json> items = new ArrayList<>();
    if (peek() == ']') {
      at++;
    } else {
      do {
        items.add(value());
      } while (another(']'));
    }
    depth--;
    return new Json.Arr(items);
  }

  private void enter() {
    if (++depth > DEPTH_LIMIT) throw fail("nested deeper than " + DEPTH_LIMIT + " levels");
    at++;
    skipBlanks();
  }

  /// Reads a comma and the blanks around it and says true, or reads the end and says false.
  private boolean another(char end) {
    char c = peek();
    if (c != ',' && c != end) throw fail("expected ',' or '" + end + "', found " + found());
    at++;
    if (c == end) return false;
    if (peek() == end) throw fail("a comma must be followed by another element");
    return true;
  }

  /// `number = [ minus ] int [ frac ] [ exp ]`,
  /// [RFC 8259, 6](https://www.rfc-editor.org/rfc/rfc8259#section-6)
  private Json.Num number() {
    int start = at;
    int end = NumberText.end(text, start);
    at = end < 0 ? -1 - end : end;
    if (end < 0) throw fail("expected a digit, found " + found());
    if (at < text.length() && NumberText.isDigit(text.charAt(at))) {
      throw fail("a number may not begin with a zero");
    }
    return new Json.Num(text.substring(start, end));
  }

  /// `string = quotation-mark *char quotation-mark`,
  /// [RFC 8259, 7](https://www.rfc-editor.org/rfc/rfc8259#section-7)
  private String string() {
    int start = ++at;
    int end = plainEnd(start);
    if (end < text.length() && text.charAt(end) == '"') {
      at = end + 1;
      return text.substring(start, end);
    }
    StringBuilder value = new StringBuilder();
    int escapedHalves = 0;
    while (true) {
      value.append(text, at, end);
      at = end;
      if (at == text.length()) throw fail("the text ends inside a string");
      char c = text.charAt(at);
      if (c == '"') {
        at++;
        String string = value.toString();
        if (escapedHalves > 0 && !Utf8.canEncode(string)) faults++;
        return string;
      }
      if (c != '\\') throw fail("a control character in a string must be escaped: " + found());
      char escaped = escape();
      if (Character.isSurrogate(escaped)) escapedHalves++;
      value.append(escaped);
      end = plainEnd(at);
    }
  }

  /// Where a run of characters ends that stand for themselves.
  private int plainEnd(int from) {
    String text = this.text;
    int length = text.length();
    if (plain) {
      // Each of them is looked for once, or a text of many backslashes and no quote takes for ever.
      if (quote < from) quote = next('"', from);
      if (backslash < from) backslash = next('\\', from);
      return Math.min(quote, backslash);
    }
    int i = from;
    while (i < length) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\' || c < ' ') break;
      i++;
    }
    return i;
  }

  private int next(char c, int from) {
    int found = text.indexOf(c, from);
    return found < 0 ? text.length() : found;
  }

  /// `escape ( %x22 / %x5C / %x2F / %x62 / %x66 / %x6E / %x72 / %x74 / %x75 4HEXDIG )`
  private char escape() {
    at++;
    if (at == text.length()) throw fail("the text ends inside a string");
    char c = switch (text.charAt(at)) {
      case '"' -> '"';
      case '\\' -> '\\';
      case '/' -> '/';
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> hex();
      default -> throw fail("no escape begins with a backslash and " + found());
    };
    at++;
    return c;
  }

  private char hex() {
    int value = 0;
    for (int i = 0; i < 4; i++) {
      at++;
      if (at == text.length()) throw fail("the text ends inside a string");
      char c = text.charAt(at);
      // Character.digit alone would take the digits of every script
      int digit = c < 128 ? Character.digit(c, 16) : -1;
      if (digit < 0) throw fail("expected four hexadecimal digits after \\u, found " + found());
      value = value << 4 | digit;
    }
    return (char) value;
  }

  private Json literal(String word, Json value) {
    for (int i = 0; i < word.length(); i++, at++) {
      if (at == text.length() || text.charAt(at) != word.charAt(i)) {
        throw fail("expected " + word + ", found " + found());
      }
    }
    return value;
  }

  /// The next character that is no blank, unread.
  private char peek() {
    skipBlanks();
    if (at == text.length()) throw fail("the text ends too early");
    return text.charAt(at);
  }

  /// `ws = *( space / tab / line feed / carriage return )`
  private void skipBlanks() {
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c != ' ' && c != '\n' && c != '\r' && c != '\t') return;
      at++;
    }
  }

  private String found() {
    if (at == text.length()) return "the end of the text";
    int c = text.codePointAt(at);
    String code = "U+%04X".formatted(c);
    if (c == '\'') return "a single quote";
    return c > ' ' && c < 127 ? "'" + (char) c + "'" : code;
  }

  private JsonException fail(String reason) {
    return JsonException.at(text, at, reason);
  }
}
