package skyproxy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import skyproxy.claude.cli.FakeClaude;
import skyproxy.claude.cli.FakeCli;
import skyproxy.codex.CodexBackend;
import skyproxy.codex.FakeCodex;
import skyproxy.testing.Program;

/// The jar with all its providers, each with a fake at its other end.
///
/// @param claude the mode: `api-key`, `direct` or `cli`
/// @param codex the mode of the [FakeCodex]: "" for an app-server, `no-app-server` for a process
///     for each request
record EveryProvider(Path folder, String upstream, String claude, String codex) {
  static final String CLAUDE = "claude-sonnet-5-5";
  static final String CODEX = "gpt-5.5";
  static final String OPENROUTER = "some/model";
  static final String SERVER = "mine:model";
  static final List<String> MODELS = List.of(CLAUDE, CODEX, OPENROUTER, SERVER);

  /// The settings file, which is made anew with each start.
  Path settings() {
    return folder.resolve("config.json");
  }

  /// @param members more of the settings file
  Program start(String members, String... arguments) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(settings(), """
        {"openrouter_api_key":"sk-or-v1-made-up-0123","providers":{"mine":{"base_url":"%s/v1"}}%s}
        """.formatted(upstream, members));
    return again(List.of(), Map.of(), arguments);
  }

  /// Starts it with the settings as they are.
  ///
  /// @param options of the JVM
  Program again(List<String> options, Map<String, String> more, String... arguments)
      throws IOException {
    Path real = folder.resolve("real");
    CodexBackend.logIn(real, 36_000);
    Map<String, String> environment = new HashMap<>(more);
    environment.put("FAKE_MODE", codex);
    if (claude.equals("api-key")) environment.put("ANTHROPIC_API_KEY", "sk-ant-made-up-0123");
    if (!options.isEmpty()) environment.put("JDK_JAVA_OPTIONS", String.join(" ", options));
    String program = switch (claude) {
      case "api-key" -> "off";
      case "direct" -> FakeCli.program(folder, "works").toString();
      default -> FakeClaude.program(folder).toString();
    };
    List<String> all = new ArrayList<>(List.of("--port", "0", "--config", settings().toString(),
        "--claude", program, "--claude-mode", claude, "--anthropic-url", upstream,
        "--openrouter-url", upstream + "/v1", "--codex", FakeCodex.install(folder.resolve("bin"))
        .toString(), "--codex-home", real.toString()));
    all.addAll(List.of(arguments));
    Program started = Program.start(folder, environment, all.toArray(String[]::new));
    started.awaitListening();
    return started;
  }
}
