package skyproxy.routing;

import java.util.HashMap;
import java.util.Map;
import skyproxy.chat.Provider;

/// Which model ids lead where: the routing table, immutable.
///
/// @param defaultModel what an empty `model` means
/// @param aliases short names for model texts
/// @param jobs model texts by the name of a job
/// @param demo for `demo`
/// @param claude for what no other rule takes
/// @param codex for `gpt-…` and `codex-…`
/// @param openRouter for ids with a slash
/// @param servers OpenAI-compatible servers by name, for `NAME:MODEL`
public record Routes(String defaultModel, Map<String, String> aliases, Map<String, String> jobs,
    Provider demo, Provider claude, Provider codex, Provider openRouter,
    Map<String, Provider> servers) {

  public Routes {
    aliases = Map.copyOf(aliases);
    jobs = Map.copyOf(jobs);
    servers = Map.copyOf(servers);
    for (String name : aliases.keySet()) ModelText.check(name, aliases);
    checkAuto(defaultModel, aliases);
    for (String text : jobs.values()) checkAuto(text, aliases);
  }

  /// Refuses what would make `auto` lead back to itself.
  private static void checkAuto(String meaning, Map<String, String> aliases) {
    Map<String, String> with = new HashMap<>(aliases);
    with.put("auto", meaning);
    ModelText.check("auto", with);
  }

  /// Where one id leads that is neither an alias nor `auto`.
  Target target(String id) {
    if (id.equals("demo")) return new Target(id, demo, id);
    int colon = id.indexOf(':');
    Provider server = colon < 1 ? null : servers.get(id.substring(0, colon));
    if (server != null) return new Target(id, server, id.substring(colon + 1));
    if (id.contains("/")) return new Target(id, openRouter, id);
    if (id.startsWith("gpt-") || id.startsWith("codex-")) return new Target(id, codex, id);
    return new Target(id, claude, id);
  }
}
