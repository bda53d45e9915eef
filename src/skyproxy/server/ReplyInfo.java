package skyproxy.server;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.function.Supplier;

/// The members that all parts of one answer share.
///
/// @param id `chatcmpl-…`
/// @param created seconds since 1970
/// @param model who answers; asked only when that is known
record ReplyInfo(String id, long created, Supplier<String> model) {
  private static final SecureRandom RANDOM = new SecureRandom();

  static ReplyInfo of(Supplier<String> model) {
    byte[] bytes = new byte[12];
    RANDOM.nextBytes(bytes);
    return new ReplyInfo("chatcmpl-" + HexFormat.of().formatHex(bytes),
        System.currentTimeMillis() / 1000, model);
  }
}
