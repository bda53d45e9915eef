package skyproxy.json;

/// Says that a text is not JSON, why, and where.
public final class JsonException extends RuntimeException {

  private final int line;
  private final int column;
  private final int offset;

  private JsonException(String reason, int line, int column, int offset) {
    super(reason + " (line " + line + ", column " + column + ")");
    this.line = line;
    this.column = column;
    this.offset = offset;
  }

  /// Finds the line and column of an offset, which nobody needs to know as long as all is well.
  static JsonException at(String text, int offset, String reason) {
    int line = 1;
    int start = text.startsWith("\uFEFF") && offset > 0 ? 1 : 0;
    for (int i = start; i < offset; i++) {
      char c = text.charAt(i);
      // of CR LF only the LF counts
      if (c == '\n' || c == '\r' && !text.startsWith("\n", i + 1)) {
        line++;
        start = i + 1;
      }
    }
    return new JsonException(reason, line, text.codePointCount(start, offset) + 1, offset);
  }

  /// The line, counted from 1.
  int line() {
    return line;
  }

  /// The column, counted from 1 in code points; a byte order mark does not count.
  int column() {
    return column;
  }

  /// How many UTF-16 units of the text precede the place.
  int offset() {
    return offset;
  }
}
