package skyproxy.codex;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static skyproxy.codex.CodexStage.ask;
import static skyproxy.testing.FakeUpstream.status;
import static skyproxy.testing.Replies.until;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skyproxy.chat.Failure;
import skyproxy.chat.Health;
import skyproxy.chat.Limits;
import skyproxy.json.Json;
import skyproxy.testing.RealCli;
import skyproxy.testing.Replies;
import skyproxy.upstream.Readiness;

/// The player's login after the real Codex CLI had it lent by us. The token server
/// takes each refresh token once, as the real one does.
@Tag("cli")
final class RealCodexLoginTest {
  @TempDir Path temp;
  private String cli;
  private CodexBackend backend;
  private CodexProvider codex;
  private Path real;

  @BeforeEach
  void open() {
    cli = RealCli.codex().toString();
    backend = new CodexBackend();
    real = temp.resolve("real");
  }

  @AfterEach
  void close() {
    if (codex != null) codex.close();
    if (backend != null) backend.close();
  }

  private void start(boolean mayLink) {
    codex = new CodexProvider(cli, real, temp.resolve("own"), Limits.DEFAULT, mayLink,
        backend.settings(), backend.environment(), new Readiness(true, Readiness.USUAL));
  }

  private void fine() {
    Replies.Heard heard = ask(codex, "Hello");
    assertNull(heard.failure());
    assertEquals("Well met!", heard.text());
  }

  private Set<String> filesOfThePlayer() throws IOException {
    Set<String> names = new TreeSet<>();
    try (Stream<Path> files = Files.walk(real)) {
      files.filter(Files::isRegularFile)
          .forEach(file -> names.add(real.relativize(file).toString()));
    }
    return names;
  }

  /// The player goes on with the real folder, and renews the login there.
  private void thePlayersOwnCodexStillWorks() throws Exception {
    CodexCli found = CodexCli.find(cli, CodexCli.Machine.here(backend.environment()));
    List<String> arguments = Stream.concat(Stream.of("app-server"),
        CodexConfig.arguments(backend.settings()).stream()).toList();
    try (AppServer session = new AppServer(found.process(real, arguments), _ -> { },
        () -> { })) {
      session.call("initialize", (Json.Obj) Json.parse("""
          {"clientInfo":{"name":"test","version":"1"}}"""), Duration.ofSeconds(20));
      session.say("initialized");
      Json.Obj account = session.call("account/read",
          Json.Obj.builder().put("refreshToken", true).build(), Duration.ofSeconds(20));
      assertTrue(account.get("account") instanceof Json.Obj, account.toString());
    }
    assertTrue(Files.readString(real.resolve("auth.json"))
        .contains(backend.validRefreshToken()));
  }

  @Test
  void a_login_that_needs_no_renewal_stays_byte_for_byte() throws Exception {
    CodexBackend.logIn(real, 86_400);
    byte[] before = Files.readAllBytes(real.resolve("auth.json"));
    start(true);
    fine();
    until("the plan is known", () -> codex.plan().size() == 2);
    codex.close();
    assertArrayEquals(before, Files.readAllBytes(real.resolve("auth.json")));
    assertEquals(Set.of("auth.json"), filesOfThePlayer());
    assertEquals(0, backend.refreshes());
    thePlayersOwnCodexStillWorks();
  }

  @Test
  void through_a_link_codex_renews_the_real_login_and_the_player_keeps_it() throws Exception {
    CodexBackend.logIn(real, 120);
    start(true);
    fine();
    fine();
    assumeTrue(Files.isSymbolicLink(temp.resolve("own/auth.json")));
    assertEquals(1, backend.refreshes());
    assertTrue(Files.readString(real.resolve("auth.json"))
        .contains(backend.validRefreshToken()));
    codex.close();
    Set<String> files = filesOfThePlayer();
    files.removeIf(name -> name.endsWith(".lock"));
    assertEquals(Set.of("auth.json"), files);
    thePlayersOwnCodexStillWorks();
    assertEquals(2, backend.refreshes());
  }

  @Test
  void a_copy_is_renewed_in_the_real_folder_and_the_player_keeps_the_login() throws Exception {
    CodexBackend.logIn(real, 120);
    start(false);
    fine();
    assertTrue(backend.refreshes() > 0);
    String copy = Files.readString(temp.resolve("own/auth.json"));
    assertTrue(copy.contains("\"refresh_token\":\"\""));
    assertFalse(copy.contains("refresh-made-up"));
    assertTrue(Files.readString(real.resolve("auth.json"))
        .contains(backend.validRefreshToken()));
    codex.close();
    thePlayersOwnCodexStillWorks();
  }

  @Test
  void a_refused_login_says_codex_login_and_a_new_one_is_taken_over() throws Exception {
    CodexBackend.logIn(real, 86_400);
    backend.answer(_ -> status(401).body("{\"detail\":\"token expired\"}"));
    start(true);
    Failure failure = ask(codex, "Hello").failure();
    assertTrue(failure.message().contains("codex login"), failure.toString());
    assertInstanceOf(Failure.Unauthorized.class, failure);
    assertEquals(Health.State.UNAVAILABLE, codex.health().state());
    assertTrue(codex.health().message().contains("codex login"));
    backend.answer(_ -> CodexBackend.reply("Well", " met", "!"));
    CodexBackend.logInWithKey(real);
    until("ready", () -> codex.health().ready());
    fine();
  }
}
