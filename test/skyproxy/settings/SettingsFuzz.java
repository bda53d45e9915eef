package skyproxy.settings;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import skyproxy.fuzz.Input;
import skyproxy.fuzz.Samples;
import skyproxy.fuzz.Target;
import skyproxy.json.Json;

/// The settings file: whatever is in it, it is either used, and then written without a loss, or
/// refused in one line and left as it is.
public final class SettingsFuzz {
  private static final Path FILE = temporary();

  private SettingsFuzz() {}

  private static Path temporary() {
    try {
      Path folder = Files.createTempDirectory("settings-fuzz-");
      Path file = folder.resolve("config.json");
      folder.toFile().deleteOnExit();
      file.toFile().deleteOnExit();
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static Target target() {
    return new Target("settings", Samples.of("""
        {
          "openrouter_api_key": "sk-or-0123456789",
          "anthropic_api_key": "sk-ant-0123456789",
          "api_key": "a secret",
          "default_model": "claude-sonnet-5-5",
          "aliases": { "lydia": "claude-haiku-5-5, openai/gpt-4o-mini" },
          "jobs": { "mood": "claude-haiku-5-5", "dialogue": "claude-sonnet-5-5" },
          "providers": {
            "ollama": { "base_url": "http://127.0.0.1:11434/v1" },
            "lmstudio": { "base_url": "http://127.0.0.1:1234/v1", "api_key": "x",
              "models": ["qwen3-8b"], "max_concurrent": 1, "drop": ["top_k"], "add": {"a": 1},
              "warm": true }
          },
          "limits": { "openrouter": { "connect_seconds": 5, "first_token_seconds": 30,
            "silence_seconds": 30, "max_concurrent": 4 } },
          "claude_processes": 6, "first_token_seconds": { "dialogue": 8 },
          "whole_words": true, "finish_broken_lines": false,
          "allowed_origins": ["http://localhost:8080"],
          "port": 8001, "host": "127.0.0.1", "claude": "off", "claude_mode": "cli",
          "codex": "codex", "codex_home": "~/x", "anthropic_url": "https://api.anthropic.com/",
          "openrouter_url": "https://openrouter.ai/api/v1", "exit_with": "SkyrimSE.exe"
        }
        """, "{}"), SettingsFuzz::read);
  }

  private static void read(Input input) throws Exception {
    Files.write(FILE, input.bytes());
    SettingsFile file = new SettingsFile(FILE);
    try {
      Json.Obj content = file.read();
      // Names would be looked up in the net.
      if (content.get("host") != null) content = content.with("host", new Json.Str("127.0.0.1"));
      Settings read = Settings.of(CommandLine.parse(List.of()), Map.of(), FILE, content);
      read.keys();
      read.modes();
      file.write(content);
      assertEquals(content.toString(), file.read().toString());
      assertEquals(read,
          Settings.of(CommandLine.parse(List.of()), Map.of(), FILE, file.read()));
    } catch (SettingsException refused) {
      String line = refused.getMessage();
      assertFalse(line.isBlank() || line.length() > 2_000, line);
      assertTrue(refused.exitStatus() == 1 || refused.exitStatus() == 2);
      assertArrayEquals(input.bytes(), Files.readAllBytes(FILE), "it was touched");
    }
  }
}
