package skyproxy.upstream;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/// Unpacks a body as its bytes come. Some servers and gateways pack what nobody asked them to.
///
/// One instance a body, one thread.
/// https://www.rfc-editor.org/rfc/rfc1952 (gzip), https://www.rfc-editor.org/rfc/rfc1950 (zlib)
final class Unpacker implements AutoCloseable {
  private static final int GZIP = 0x1f;
  private static final int HEADER = 10;
  private static final int CHECKSUM = 2;
  private static final int EXTRA = 4;
  private static final int NAME = 8;
  private static final int COMMENT = 16;
  private static final int LONGEST_HEADER = 64 << 10;
  private static final int LARGEST = 64 << 20;

  private final Inflater inflater;
  private byte[] header; // as far as it has come; null behind it, and where there is none

  private Unpacker(Inflater inflater, byte[] header) {
    this.inflater = inflater;
    this.header = header;
  }

  /// One for a body that begins with this byte; null when it is not packed in a way that we know.
  /// No text begins like gzip, so that needs no header to tell of it.
  ///
  /// @param encoding the `Content-Encoding`, or ""
  static Unpacker of(int first, String encoding) {
    if (first == GZIP) return new Unpacker(new Inflater(true), new byte[0]);
    if (!encoding.equals("deflate") || first == '{' || first == 'd') return null;
    boolean zlib = (first & 0x0f) == 8;
    return new Unpacker(new Inflater(!zlib), null);
  }

  /// A whole body, unpacked if it needs to be.
  ///
  /// @throws IOException when it can't be unpacked, or is far too much then
  static byte[] whole(byte[] body, String encoding) throws IOException {
    Unpacker unpacker = body.length == 0 ? null : of(body[0], encoding.toLowerCase(Locale.ROOT));
    if (unpacker == null) return body;
    var unpacked = new ByteArrayOutputStream();
    try (unpacker) {
      unpacker.feed(ByteBuffer.wrap(body), piece -> {
        if (unpacked.size() > LARGEST) throw new UncheckedIOException(
            new IOException("unpacked it has more than " + LARGEST + " bytes"));
        unpacked.write(piece.array(), piece.position(), piece.remaining());
      });
    } catch (UncheckedIOException endless) {
      throw endless.getCause();
    } catch (DataFormatException broken) {
      throw new IOException(broken);
    }
    return unpacked.toByteArray();
  }

  /// Takes the next bytes and gives what they hold, in pieces.
  ///
  /// @throws DataFormatException when they are not packed as they seemed to be
  void feed(ByteBuffer packed, Consumer<ByteBuffer> out) throws DataFormatException {
    byte[] bytes = new byte[packed.remaining()];
    packed.get(bytes);
    if (header != null) {
      byte[] all = Arrays.copyOf(header, header.length + bytes.length);
      System.arraycopy(bytes, 0, all, header.length, bytes.length);
      int length = headerLength(all);
      if (length < 0 && all.length > LONGEST_HEADER) throw new DataFormatException("no data");
      header = length < 0 ? all : null;
      if (length < 0) return;
      bytes = Arrays.copyOfRange(all, length, all.length);
    }
    inflater.setInput(bytes);
    while (true) {
      byte[] piece = new byte[16 << 10];
      int length = inflater.inflate(piece);
      if (length == 0) return;
      out.accept(ByteBuffer.wrap(piece, 0, length));
    }
  }

  /// The length of gzip's header, -1 as long as it is not all there.
  private static int headerLength(byte[] bytes) {
    if (bytes.length < HEADER) return -1;
    int flags = bytes[3];
    int at = HEADER;
    if ((flags & EXTRA) != 0) {
      if (bytes.length < at + 2) return -1;
      at += 2 + (bytes[at] & 0xff) + ((bytes[at + 1] & 0xff) << 8);
    }
    for (int text : new int[] {NAME, COMMENT}) {
      if ((flags & text) == 0) continue;
      while (at < bytes.length && bytes[at] != 0) at++;
      at++;
    }
    if ((flags & CHECKSUM) != 0) at += 2;
    return at <= bytes.length ? at : -1;
  }

  @Override
  public void close() {
    inflater.end();
  }
}
