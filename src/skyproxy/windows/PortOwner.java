package skyproxy.windows;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/// The process that listens on a TCP port, from Windows' own table.
/// https://learn.microsoft.com/windows/win32/api/iphlpapi/nf-iphlpapi-getextendedtcptable
///
/// @param pid its number
/// @param name its program's file name, or null where Windows does not let us see it
public record PortOwner(long pid, String name) {
  private static final NativeFunction TABLE = NativeFunction.of("iphlpapi", "GetExtendedTcpTable",
      ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_INT,
      ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);

  private static final int LISTENERS_AND_THEIR_PROCESSES = 3;
  private static final int INSUFFICIENT_BUFFER = 122;
  private static final int TRIES = 5;

  /// The two tables: the family's number, and where in a row of which size port and process are.
  private enum Family {
    IPV4(2, 24, 8, 20), IPV6(23, 56, 20, 52);

    private final int number;
    private final int row;
    private final int port;
    private final int pid;

    Family(int number, int row, int port, int pid) {
      this.number = number;
      this.row = row;
      this.port = port;
      this.pid = pid;
    }
  }

  /// Who listens on a port of any address; null when nobody does.
  ///
  /// @throws IOException where Windows can't be asked
  public static PortOwner of(int port) throws IOException {
    for (Family family : Family.values()) {
      long pid = find(family, port);
      if (pid >= 0) return new PortOwner(pid, name(pid));
    }
    return null;
  }

  private static long find(Family family, int port) throws IOException {
    ByteBuffer table = table(family).order(ByteOrder.LITTLE_ENDIAN);
    int rows = table.getInt(0);
    for (int i = 0; i < rows; i++) {
      int at = 4 + i * family.row;
      // The port's two bytes are in the order of the network.
      int high = table.get(at + family.port) & 0xff;
      int low = table.get(at + family.port + 1) & 0xff;
      if ((high << 8 | low) == port) return Integer.toUnsignedLong(table.getInt(at + family.pid));
    }
    return -1;
  }

  /// A table may grow between the question for its size and that for itself.
  private static ByteBuffer table(Family family) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment size = arena.allocate(ValueLayout.JAVA_INT);
      MemorySegment table = MemorySegment.NULL;
      for (int i = 0; i < TRIES; i++) {
        int error = TABLE.number(table, size, 0, family.number, LISTENERS_AND_THEIR_PROCESSES, 0);
        if (error == 0 && !table.equals(MemorySegment.NULL)) {
          return ByteBuffer.wrap(table.toArray(ValueLayout.JAVA_BYTE));
        }
        if (error != INSUFFICIENT_BUFFER) break;
        table = arena.allocate(size.get(ValueLayout.JAVA_INT, 0), Long.BYTES);
      }
      throw new IOException("GetExtendedTcpTable gives no table");
    }
  }

  private static String name(long pid) {
    return ProcessHandle.of(pid).flatMap(process -> process.info().command())
        .map(command -> Path.of(command).getFileName().toString()).orElse(null);
  }
}
