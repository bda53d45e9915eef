package skyproxy.fuzz;

import java.util.List;

/// Something that reads what strangers write, with real samples of it.
///
/// @param name the folder of its findings below `test/fixtures/fuzz`
/// @param samples what is changed to make inputs of it
/// @param reading reads in every way that there is, and compares
/// @param once reads as the program does and no more, to be measured; what it refuses it may throw
public record Target(String name, List<byte[]> samples, Reading reading, Reading once) {

  /// One that compares nothing.
  public Target(String name, List<byte[]> samples, Reading reading) {
    this(name, samples, reading, reading);
  }

  /// Reads one input, and checks what came of it. Anything that it throws is a finding, so the
  /// exceptions that the program declares are its own to catch.
  public interface Reading {
    void of(Input input) throws Exception;
  }
}
