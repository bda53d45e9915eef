package skyproxy.windows;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/// The root certificates that Windows trusts for this user: virus scanners and companies put theirs
/// there. Many Javas lack the module with the key store that reads them.
/// https://learn.microsoft.com/windows/win32/api/wincrypt/nf-wincrypt-certopensystemstorew
public final class WindowsRoots {
  private static final NativeFunction OPEN = NativeFunction.of("crypt32", "CertOpenSystemStoreW",
      ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.ADDRESS);
  private static final NativeFunction NEXT = NativeFunction.of("crypt32",
      "CertEnumCertificatesInStore", ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.ADDRESS);
  private static final NativeFunction CLOSE = NativeFunction.of("crypt32", "CertCloseStore",
      ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT);

  /// `CERT_CONTEXT` of 64 bits: the encoding, a pointer to the certificate, its length.
  private static final long ENCODED = 8;
  private static final long LENGTH = 16;
  private static final long CONTEXT = 24;

  private WindowsRoots() {}

  /// All of them, encoded in DER.
  ///
  /// @throws IOException where Windows can't be asked
  public static List<byte[]> read() throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment store = OPEN.pointer(MemorySegment.NULL, NativeFunction.wide(arena, "ROOT"));
      if (store.equals(MemorySegment.NULL)) throw new IOException("ROOT can't be opened.");
      try {
        return all(store);
      } finally {
        CLOSE.number(store, 0);
      }
    }
  }

  /// Each context is freed by the call that gives the next one.
  private static List<byte[]> all(MemorySegment store) throws IOException {
    List<byte[]> found = new ArrayList<>();
    MemorySegment context = MemorySegment.NULL;
    while (!(context = NEXT.pointer(store, context)).equals(MemorySegment.NULL)) {
      MemorySegment fields = NativeFunction.memory(context, CONTEXT);
      int length = fields.get(ValueLayout.JAVA_INT, LENGTH);
      MemorySegment encoded = fields.get(ValueLayout.ADDRESS, ENCODED);
      found.add(NativeFunction.memory(encoded, length).toArray(ValueLayout.JAVA_BYTE));
    }
    return found;
  }
}
