package skyproxy.claude.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import skyproxy.claude.messages.ModelRules;

/// The arguments that the CLI is started with for a conversation, without those that an older one
/// turned out not to know. Any number of threads.
///
/// Without tools, settings, plugins, memory and MCP servers nothing of the player's own work with
/// the CLI gets into a prompt, and 2 KB go upstream instead of 59. No prompt and no credential is
/// ever an argument. Known to work from 2.1.112 to 2.1.330.
final class CliArguments {
  private static final List<String> NEEDED = List.of("-p", "--verbose",
      "--input-format=stream-json", "--output-format=stream-json", "--include-partial-messages",
      "--tools=", "--strict-mcp-config", "--setting-sources=");

  /// What can be done without. `--safe-mode` came after 2.1.150.
  private static final List<String> WANTED =
      List.of("--safe-mode", "--no-session-persistence", "--effort=" + ModelRules.LOWEST_EFFORT);

  private static final Pattern UNKNOWN = Pattern.compile("unknown option '(--[a-z-]+)");

  private final Set<String> refused = ConcurrentHashMap.newKeySet();

  /// The arguments for a model.
  List<String> of(String model) {
    List<String> line = new ArrayList<>(NEEDED);
    WANTED.stream().filter(flag -> !refused.contains(name(flag))).forEach(line::add);
    line.add("--model=" + model);
    return line;
  }

  /// Learns from what a process said as it ended; whether it is worth starting again.
  boolean learn(String stderr) {
    String name = unknown(stderr);
    boolean dispensable = name != null && WANTED.stream().anyMatch(flag -> name(flag).equals(name));
    if (dispensable) refused.add(name);
    return dispensable;
  }

  /// The flag that the CLI does not know, or null.
  static String unknown(String stderr) {
    Matcher option = UNKNOWN.matcher(stderr);
    return option.find() ? option.group(1) : null;
  }

  private static String name(String flag) {
    int value = flag.indexOf('=');
    return value < 0 ? flag : flag.substring(0, value);
  }
}
