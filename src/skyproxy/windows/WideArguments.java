package skyproxy.windows;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// The arguments of the program as they were written. Java's launcher takes them by the code page
/// of the system, which makes `?` of what that lacks, or a letter that looks alike.
/// https://learn.microsoft.com/windows/win32/api/shellapi/nf-shellapi-commandlinetoargvw
public final class WideArguments {
  private static final NativeFunction LINE =
      NativeFunction.of("kernel32", "GetCommandLineW", ADDRESS);
  private static final NativeFunction SPLIT =
      NativeFunction.of("shell32", "CommandLineToArgvW", ADDRESS, ADDRESS, ADDRESS);
  private static final NativeFunction FREE =
      NativeFunction.of("kernel32", "LocalFree", ADDRESS, ADDRESS);

  private WideArguments() {}

  /// @param given by the launcher; what was not written like that stays
  /// @throws IOException where the command line can't be had
  public static List<String> of(List<String> given) throws IOException {
    MemorySegment line = LINE.pointer();
    if (NativeFunction.text(line).chars().allMatch(each -> each < 128)) return given;
    List<String> written = new ArrayList<>();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment count = arena.allocate(JAVA_INT);
      MemorySegment words = SPLIT.pointer(line, count);
      if (words.equals(MemorySegment.NULL)) throw new IOException("it can't be read as words");
      for (int i = 0; i < count.get(JAVA_INT, 0); i++) written.add(NativeFunction.text(words, i));
      FREE.pointer(words);
    }
    return restored(written, given);
  }

  /// The last of what was written, if it could be what was given: the launcher also takes options
  /// from elsewhere, and puts the names of files in the place of a pattern.
  static List<String> restored(List<String> written, List<String> given) {
    if (written.size() < given.size()) return given;
    List<String> last = written.subList(written.size() - given.size(), written.size());
    for (int i = 0; i < given.size(); i++) {
      StringBuilder like = new StringBuilder("(?s)");
      for (char each : last.get(i).toCharArray()) {
        like.append(each < 128 ? Pattern.quote(String.valueOf(each)) : ".?");
      }
      if (!given.get(i).matches(like.toString())) return given;
    }
    return List.copyOf(last);
  }
}
