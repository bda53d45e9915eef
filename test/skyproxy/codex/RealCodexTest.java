package skyproxy.codex;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skyproxy.chat.Limits;
import skyproxy.testing.RealCli;

/// The real Codex CLI.
@Tag("cli")
final class RealCodexTest {
  @TempDir Path temp;

  @Test
  void it_answers() throws Exception {
    String cli = RealCli.codex().toString();
    try (var backend = new CodexBackend()) {
      CodexBackend.logInWithKey(temp.resolve("real"));
      try (var codex = new CodexProvider(cli, temp.resolve("real"), temp.resolve("own"),
          Limits.DEFAULT, true, backend.settings(), backend.environment())) {
        var heard = Replies.ask(codex, "Hello");
        assertEquals(null, heard.failure());
        assertEquals("Well met!", heard.text());
      }
    }
  }
}
