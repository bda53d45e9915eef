package skyproxy.windows;

import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Puts certificates where a virus scanner's installer puts its own.
public final class RootStore {
  private static final NativeFunction OPEN = NativeFunction.of("crypt32", "CertOpenSystemStoreW",
      ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.ADDRESS);
  private static final NativeFunction ADD = NativeFunction.of("crypt32",
      "CertAddEncodedCertificateToStore", ValueLayout.JAVA_INT, ValueLayout.ADDRESS,
      ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT,
      ValueLayout.ADDRESS);
  private static final NativeFunction CLOSE = NativeFunction.of("crypt32", "CertCloseStore",
      ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT);
  private static final int X509 = 1;
  private static final int REPLACE = 3;

  private RootStore() {}

  /// Makes Windows trust a root, for this user.
  public static void add(byte[] encoded) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment store = OPEN.pointer(MemorySegment.NULL, NativeFunction.wide(arena, "ROOT"));
      assertNotEquals(0, ADD.number(store, X509,
          arena.allocateFrom(ValueLayout.JAVA_BYTE, encoded), encoded.length, REPLACE,
          MemorySegment.NULL));
      CLOSE.number(store, 0);
    }
  }
}
