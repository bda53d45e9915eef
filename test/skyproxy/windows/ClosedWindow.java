package skyproxy.windows;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import skyproxy.Main;

/// The proxy, whose console window is closed when its stdin ends. Nothing but a mouse closes one,
/// so what Windows would call is called by its address.
public final class ClosedWindow {
  private static final int CLOSED = 2;

  private ClosedWindow() {}

  @SuppressWarnings("restricted")
  public static void main(String[] args) throws Throwable {
    Main.main(args);
    MethodHandle handler = Linker.nativeLinker().downcallHandle(
        ConsoleWindow.handler(), FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    System.in.read();
    throw new AssertionError("It went on, and said " + (int) handler.invokeExact(CLOSED));
  }
}
