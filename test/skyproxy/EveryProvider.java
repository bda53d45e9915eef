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
import skyproxy.testing.Os;
import skyproxy.testing.Program;

/// The jar with all its providers, each with a fake at its other end.
///
/// @param claude the mode: `api-key`, `direct` or `cli`; `auto` for one that can do all three
/// @param codex the mode of the [FakeCodex]: "" for an app-server, `no-app-server` for a process
///     for each request
record EveryProvider(Path folder, String upstream, String claude, String codex) {
  static final String CLAUDE = "claude-sonnet-5-5";
  static final String CODEX = "gpt-5.5";
  static final String OPENROUTER = "some/model";
  static final String SERVER = "mine:model";
  static final List<String> MODELS = List.of(CLAUDE, CODEX, OPENROUTER, SERVER);

  /// The settings file.
  Path settings() {
    return folder.resolve("config.json");
  }

  /// Writes a settings file and starts.
  ///
  /// @param members more of the settings file, each behind a comma
  Program start(String members, String... arguments) throws IOException {
    configure(members);
    return again(Program.QUICK, Map.of(), arguments);
  }

  void configure(String members) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(settings(), """
        {"openrouter_api_key":"sk-or-v1-made-up-0123","providers":{"mine":{"base_url":"%s/v1"}}%s}
        """.formatted(upstream, members));
  }

  /// Starts it with the settings as they are.
  ///
  /// @param options of the JVM
  Program again(List<String> options, Map<String, String> more, String... arguments)
      throws IOException {
    Program started = begin(options, more, arguments);
    started.awaitListening();
    return started;
  }

  /// The same without waiting.
  Program begin(List<String> options, Map<String, String> more, String... arguments)
      throws IOException {
    return Program.start(folder, options, environment(more),
        arguments(arguments).toArray(String[]::new));
  }

  private Map<String, String> environment(Map<String, String> more) {
    Map<String, String> environment = new HashMap<>(more);
    environment.put("FAKE_MODE", codex);
    if (claude.matches("api-key|auto")) {
      environment.put("ANTHROPIC_API_KEY", "sk-ant-made-up-0123");
    }
    return environment;
  }

  private List<String> arguments(String... more) throws IOException {
    Path real = folder.resolve("real");
    CodexBackend.logIn(real, 36_000);
    List<String> all = new ArrayList<>(List.of("--port", "0", "--config", settings().toString(),
        "--claude", claudeProgram(), "--anthropic-url", upstream,
        "--openrouter-url", upstream + "/v1", "--codex", FakeCodex.install(folder.resolve("bin"))
        .toString(), "--codex-home", real.toString()));
    if (!claude.equals("auto")) all.addAll(List.of("--claude-mode", claude));
    all.addAll(List.of(more));
    return all;
  }

  private String claudeProgram() throws IOException {
    return switch (claude) {
      case "api-key" -> "off";
      case "direct" -> FakeCli.program(folder, "works").toString();
      case "cli" -> FakeClaude.program(folder).toString();
      default -> Os.script(folder.resolve("fake-both"), "#!/bin/sh\ncase \"$*\" in\n"
          + "*stream-json*) exec '" + FakeClaude.program(folder) + "' \"$@\" ;;\n"
          + "*) exec '" + FakeCli.program(folder, "works") + "' \"$@\" ;;\nesac\n").toString();
    };
  }
}
