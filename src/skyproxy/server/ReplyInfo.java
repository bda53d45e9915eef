package skyproxy.server;

import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;

/// The members that all parts of one answer share.
///
/// @param id `chatcmpl-…`
/// @param created seconds since 1970
/// @param model who answers; asked only when that is known
record ReplyInfo(String id, long created, Supplier<String> model) {

  /// With an id that is nobody's secret: it only has to be another one each time.
  static ReplyInfo of(Supplier<String> model) {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    HexFormat hex = HexFormat.of();
    return new ReplyInfo(
        "chatcmpl-" + hex.toHexDigits(random.nextLong()) + hex.toHexDigits(random.nextInt()),
        System.currentTimeMillis() / 1000, model);
  }
}
