package skyproxy.json;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;

/// Strict decoding of UTF-8.
///
/// `new String` is the JDK's fastest decoder, but puts U+FFFD where the bytes are wrong. So only
/// a text that shows one, right or wrong, is decoded a second time by the decoder that reports.
final class Utf8 {

  private static final char REPLACEMENT = '\uFFFD';

  private Utf8() {}

  static String decode(byte[] bytes) {
    String text = new String(bytes, UTF_8);
    if (text.indexOf(REPLACEMENT) >= 0) check(bytes);
    return text;
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
