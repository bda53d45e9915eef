package skyproxy.upstream;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Reads the lines of a program's output, none of which may fill the memory. One thread.
final class LineReader {
  private final InputStream in;
  private final int longest;
  private byte[] bytes = new byte[1 << 16];
  private int from; // where the present line begins
  private int end; // as far as there are bytes

  /// @param longest how many bytes a line may have
  LineReader(InputStream in, int longest) {
    this.in = in;
    this.longest = longest;
  }

  /// The next line without its end (LF, or CR LF); null behind the last one.
  ///
  /// @throws IOException when the output can't be read, or has a line that is too long
  String next() throws IOException {
    int looked = from;
    while (true) {
      for (; looked < end; looked++) {
        if (bytes[looked] == '\n') return line(looked, looked + 1);
      }
      int begun = end - from;
      if (begun > longest) throw new IOException("a line has more than " + longest + " bytes");
      if (end == bytes.length) {
        if (from > 0) System.arraycopy(bytes, from, bytes, 0, begun);
        else bytes = Arrays.copyOf(bytes, 2 * bytes.length);
        from = 0;
        end = begun;
      }
      looked = end;
      int read = in.read(bytes, end, bytes.length - end);
      if (read < 0) return begun == 0 ? null : line(end, end);
      end += read;
    }
  }

  private String line(int to, int next) {
    int last = to > from && bytes[to - 1] == '\r' ? to - 1 : to;
    String line = new String(bytes, from, last - from, StandardCharsets.UTF_8);
    from = next;
    return line;
  }
}
