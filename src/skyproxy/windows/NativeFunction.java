package skyproxy.windows;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;

/// A function of a Windows library, looked up when it is first called. Any number of threads.
///
/// Slow beside a call of Java's (some microseconds, the first one some milliseconds): for what is
/// done now and then.
final class NativeFunction {
  private final String library;
  private final String name;
  private final FunctionDescriptor shape;
  private volatile MethodHandle handle;

  private NativeFunction(String library, String name, FunctionDescriptor shape) {
    this.library = library;
    this.name = name;
    this.shape = shape;
  }

  /// @param library its name without `.dll`, such as `kernel32`
  /// @param result what it gives, such as `ValueLayout.JAVA_INT` for a `BOOL`
  static NativeFunction of(String library, String name, MemoryLayout result,
      MemoryLayout... parameters) {
    return new NativeFunction(library, name, FunctionDescriptor.of(result, parameters));
  }

  /// Calls it; for results that are numbers, also `BOOL` and `DWORD`.
  ///
  /// @throws IOException when this computer has no such function
  int number(Object... arguments) throws IOException {
    return (int) call(arguments);
  }

  /// Calls it; for results that are handles or other pointers, `MemorySegment.NULL` among them.
  ///
  /// @throws IOException when this computer has no such function
  MemorySegment pointer(Object... arguments) throws IOException {
    return (MemorySegment) call(arguments);
  }

  private Object call(Object... arguments) throws IOException {
    MethodHandle found = handle;
    if (found == null) handle = found = find();
    try {
      return found.invokeWithArguments(arguments);
    } catch (RuntimeException | Error bug) {
      throw bug;
    } catch (Throwable impossible) {
      throw new IllegalStateException(impossible); // a function of C throws nothing
    }
  }

  @SuppressWarnings("restricted")
  private MethodHandle find() throws IOException {
    if (!Windows.here()) throw new IOException(name + " is a function of Windows.");
    try {
      MemorySegment address =
          SymbolLookup.libraryLookup(library, Arena.global()).find(name).orElseThrow(
              () -> new IOException(library + " of this Windows has no " + name + "."));
      return Linker.nativeLinker().downcallHandle(address, shape);
    } catch (IllegalArgumentException | IllegalCallerException lacking) {
      throw new IOException(library + " can't be called: " + lacking.getMessage(), lacking);
    }
  }

  /// The memory behind a pointer that a function gave. Whoever names a length that is wrong reads
  /// what is not theirs, or ends the program.
  @SuppressWarnings("restricted")
  static MemorySegment memory(MemorySegment pointer, long bytes) {
    return pointer.reinterpret(bytes);
  }

  /// A text as Windows takes it: UTF-16 with a zero at its end.
  static MemorySegment wide(Arena arena, String text) {
    return arena.allocateFrom(text, StandardCharsets.UTF_16LE);
  }

  /// The text that lies at an address, such a one.
  @SuppressWarnings("restricted")
  static String text(MemorySegment address) {
    return address.reinterpret(Long.MAX_VALUE).getString(0, StandardCharsets.UTF_16LE);
  }

  /// The text that a pointer in an array of pointers leads to.
  @SuppressWarnings("restricted")
  static String text(MemorySegment array, int index) {
    long size = ValueLayout.ADDRESS.byteSize() * (index + 1L);
    return text(array.reinterpret(size).getAtIndex(ValueLayout.ADDRESS, index));
  }
}
