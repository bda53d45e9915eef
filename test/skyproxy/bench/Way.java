package skyproxy.bench;

import java.time.Duration;

/// A way to the upstream: straight, or through a program.
///
/// @param name its column in the table
/// @param path where requests go
/// @param model before the dash of its name
/// @param process the program, null when there is none between
record Way(String name, int port, String path, String model, ProcessHandle process) {
  static final String CHAT = "/v1/chat/completions";

  /// The CPU that the program has used so far.
  Duration cpu() {
    return process == null ? Duration.ZERO : process.info().totalCpuDuration().orElseThrow();
  }
}
