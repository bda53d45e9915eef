package skyproxy.claude.cli;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// The environment variables of the CLI's processes. Pure.
public final class CliEnvironment {
  private static final String ANTHROPIC = "https://api.anthropic.com";
  private static final String BASE_URL = "ANTHROPIC_BASE_URL";

  /// Calls home, telemetry and three minutes of retries are left out.
  private static final Map<String, String> QUICK = Map.of(
      "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1",
      "CLAUDE_CODE_MAX_RETRIES", "0");

  /// What players may have set for their own sessions and would lead the calls elsewhere or change
  /// their form.
  private static final List<String> UNSET = List.of("CLAUDE_CODE_USE_BEDROCK",
      "CLAUDE_CODE_USE_VERTEX", "CLAUDE_CODE_USE_FOUNDRY", "MAX_THINKING_TOKENS");

  /// Set for the processes that answer.
  ///
  /// Attachments: a player's `@/some/file` in a line of dialogue must not send that file. The key:
  /// it would win over the login, and bill the plan's calls apart. The effort: ours is meant.
  static final Map<String, String> CONVERSATION = Map.of(
      "CLAUDE_CODE_DISABLE_ATTACHMENTS", "1",
      "CLAUDE_CODE_EFFORT_LEVEL", "",
      "ANTHROPIC_API_KEY", "");

  private CliEnvironment() {}

  /// Leads the calls to an address.
  public static Map<String, String> calling(String url) {
    return Map.of(BASE_URL, url);
  }

  /// Leads the calls to the API, which the CLI finds by itself unless it is said to be elsewhere.
  public static Map<String, String> callingApi(URI base) {
    return base.toString().equals(ANTHROPIC) ? Map.of() : calling(base.toString());
  }

  /// Makes ready what a child inherits from us.
  ///
  /// @param folder where it shall put its temporary files
  /// @param extra set on top of all else
  static void prepare(Map<String, String> child, Path folder, Map<String, String> extra) {
    child.keySet().removeAll(UNSET);
    child.putAll(QUICK);
    for (String name : List.of("TMPDIR", "TEMP", "TMP")) child.put(name, folder.toString());
    child.putAll(extra);
    String url = child.get(BASE_URL);
    boolean onLoopback = url != null && url.matches("https?://(127\\.|localhost|\\[::1]).*");
    if (onLoopback) spareLoopback(child);
  }

  /// `HTTP_PROXY` would be asked for loopback addresses too.
  private static void spareLoopback(Map<String, String> child) {
    for (String name : List.of("NO_PROXY", "no_proxy")) {
      String before = child.get(name);
      String own = "127.0.0.1,localhost,::1";
      child.put(name, before == null || before.isBlank() ? own : before + "," + own);
    }
  }
}
