package skyproxy.json;

/// The grammar of a JSON number, and its exact value as a `long`.
///
/// Works on the text alone. `BigDecimal` would do the same, but refuses exponents beyond an `int`
/// and takes quadratic time over a number of a million digits, which any client can send.
final class NumberText {

  private NumberText() {}

  /// Where the number that begins at `from` ends; if it is broken, minus one minus the place
  /// where a digit is missing.
  ///
  /// `number = [ "-" ] ( "0" / digit1-9 *digit ) [ "." 1*digit ] [ "e" [ "+" / "-" ] 1*digit ]`,
  /// [RFC 8259, 6](https://www.rfc-editor.org/rfc/rfc8259#section-6).
  static int end(String text, int from) {
    int at = from;
    if (is(text, at, '-')) at++;
    int start = at;
    at = is(text, at, '0') ? at + 1 : digitsEnd(text, at);
    if (at == start) return -1 - at;
    if (is(text, at, '.')) {
      start = at + 1;
      at = digitsEnd(text, start);
      if (at == start) return -1 - at;
    }
    if (is(text, at, 'e') || is(text, at, 'E')) {
      start = at + 1;
      if (is(text, start, '+') || is(text, start, '-')) start++;
      at = digitsEnd(text, start);
      if (at == start) return -1 - at;
    }
    return at;
  }

  static boolean isInteger(String text) {
    return Parts.of(text).exponent >= 0;
  }

  static long toLong(String text) {
    Parts parts = Parts.of(text);
    if (parts.exponent < 0) throw new ArithmeticException("not a whole number");
    if (parts.digits.length() + parts.exponent <= 19) {
      String whole = parts.digits + "0".repeat((int) parts.exponent);
      try {
        return Long.parseLong(parts.negative ? "-" + whole : whole);
      } catch (NumberFormatException _) {
        // nineteen digits, and still beyond a long
      }
    }
    throw new ArithmeticException("beyond 64 bits");
  }

  private static int digitsEnd(String text, int at) {
    while (at < text.length() && isDigit(text.charAt(at))) at++;
    return at;
  }

  private static boolean is(String text, int at, char c) {
    return at < text.length() && text.charAt(at) == c;
  }

  static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  /// A number as digits without zeros at either end, times a power of ten; zero is `0`.
  private record Parts(boolean negative, String digits, long exponent) {

    static Parts of(String text) {
      boolean negative = text.charAt(0) == '-';
      int whole = negative ? 1 : 0;
      int point = digitsEnd(text, whole);
      int fraction = is(text, point, '.') ? point + 1 : point;
      int end = digitsEnd(text, fraction);
      String digits = text.substring(whole, point) + text.substring(fraction, end);

      int first = 0;
      int last = digits.length();
      while (last > 0 && digits.charAt(last - 1) == '0') last--;
      if (last == 0) return new Parts(negative, "0", 0);
      while (digits.charAt(first) == '0') first++;

      long exponent = end == text.length() ? 0 : exponent(text, end + 1);
      exponent += digits.length() - last - (end - fraction);
      return new Parts(negative, digits.substring(first, last), exponent);
    }

    /// The exponent, or one of its sign that is beyond any text's count of digits.
    private static long exponent(String text, int at) {
      boolean negative = text.charAt(at) == '-';
      if (negative || text.charAt(at) == '+') at++;
      long value = 0;
      while (at < text.length() && value < 1_000_000_000_000L) {
        value = value * 10 + (text.charAt(at++) - '0');
      }
      return negative ? -value : value;
    }
  }
}
