package skyproxy.json;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;

/// Strict decoding of UTF-8.
///
/// `new String` is the JDK's fastest decoder, but puts U+FFFD where the bytes are wrong. So only
/// a text that shows one, right or wrong, is decoded a second time by the decoder that reports.
final class Utf8 {

  private static final char REPLACEMENT = '\uFFFD';

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
  private static final long HIGH = 0x8080808080808080L;
  private static final long BLANKS = 0x2020202020202020L;

  private Utf8() {}

  static String decode(byte[] bytes) {
    String text = new String(bytes, UTF_8);
    if (text.indexOf(REPLACEMENT) >= 0) check(bytes);
    return text;
  }

  /// Whether no byte is below that of a blank. Eight are looked at in one go: of a picture of some
  /// megabytes one at a time takes as long as all else.
  static boolean holdsNoControls(byte[] bytes) {
    int at = 0;
    for (; at <= bytes.length - Long.BYTES; at += Long.BYTES) {
      long eight = (long) LONGS.get(bytes, at);
      // borrows from the highest bit of a byte that is below 0x20, and only there
      if (((eight | HIGH) - BLANKS & ~eight & HIGH) != (~eight & HIGH)) return false;
    }
    for (; at < bytes.length; at++) {
      if (bytes[at] >= 0 && bytes[at] < ' ') return false;
    }
    return true;
  }

  /// How many bytes a range of a text takes that has no surrogate without its other half.
  static int length(String text, int from, int to) {
    int length = to - from;
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      // Each half of a pair takes two.
      if (c >= 0x80) length += c < 0x800 || Character.isSurrogate(c) ? 1 : 2;
    }
    return length;
  }

  /// Whether a text has no surrogate without its other half.
  static boolean canEncode(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!Character.isSurrogate(c)) continue;
      if (Character.isLowSurrogate(c) || ++i == text.length()
          || !Character.isLowSurrogate(text.charAt(i))) return false;
    }
    return true;
  }

  private static void check(byte[] bytes) {
    CharsetDecoder decoder = UTF_8.newDecoder(); // reports, unless told to replace
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(8192);
    CoderResult result;
    do {
      out.clear();
      result = decoder.decode(in, out, true);
    } while (result.isOverflow());
    if (!result.isError()) return;
    String before = new String(bytes, 0, in.position(), UTF_8);
    int bad = bytes[in.position()] & 0xff;
    String reason = "not UTF-8: broken character at byte 0x%02X".formatted(bad);
    throw JsonException.at(before, before.length(), reason);
  }
}
