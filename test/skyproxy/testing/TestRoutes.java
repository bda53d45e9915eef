package skyproxy.testing;

import java.util.Arrays;
import java.util.Map;
import skyproxy.chat.Provider;
import skyproxy.routing.Routes;
import skyproxy.routing.Routes.Route;

/// Routing tables for providers of a test, each led to as the program's of that name is.
public final class TestRoutes {
  private TestRoutes() {}

  /// @param providers in the order of the table; the first one takes what no other does
  public static Routes of(String defaultModel, Map<String, String> aliases,
      Map<String, String> jobs, Provider... providers) {
    return new Routes(defaultModel, aliases, jobs, Map.of(),
        Arrays.stream(providers).map(TestRoutes::route).toList());
  }

  private static Route route(Provider provider) {
    String prefix = provider.name() + ":";
    return switch (provider.name()) {
      case "claude" -> new Route(provider, id -> id.startsWith("claude-"), "");
      case "codex" ->
          new Route(provider, id -> id.startsWith("gpt-") || id.startsWith("codex-"), "");
      case "openrouter" -> new Route(provider, id -> id.contains("/"), "");
      case "demo" -> new Route(provider, "demo"::equals, "");
      default -> new Route(provider, id -> id.startsWith(prefix), prefix);
    };
  }
}
