package skyproxy.codex;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static skyproxy.codex.CodexStage.ask;
import static skyproxy.codex.CodexStage.says;
import static skyproxy.testing.Replies.ask;
import static skyproxy.testing.Replies.request;
import static skyproxy.testing.Replies.until;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skyproxy.chat.ChatException;
import skyproxy.chat.Event;
import skyproxy.chat.Failure;
import skyproxy.chat.FinishReason;
import skyproxy.chat.Health;
import skyproxy.chat.Limits;
import skyproxy.chat.Provider;
import skyproxy.chat.Reply;
import skyproxy.chat.Usage;
import skyproxy.testing.Leaks;
import skyproxy.testing.Os;
import skyproxy.testing.Replies;
import skyproxy.upstream.Readiness;

/// Codex found, started, started anew, and done without.
@Tag("slow")
final class CodexSupervisorTest {
  @TempDir Path temp;
  private CodexStage stage;

  @BeforeEach
  void open() throws IOException {
    stage = new CodexStage(temp);
  }

  @AfterEach
  void close() {
    stage.close();
  }

  private static void fine(CodexProvider codex) {
    Replies.Heard heard = ask(codex, "Hello");
    assertNull(heard.failure());
    assertEquals("Well met!", heard.text());
  }

  private static String absent(CodexProvider codex) {
    until("it is known to be absent", () -> codex.health().state() == Health.State.UNAVAILABLE);
    return assertInstanceOf(Failure.NotReady.class, ask(codex, "Hello").failure()).message();
  }

  private String settings() throws IOException {
    return Files.readString(stage.own().resolve("config.toml"));
  }

  @Test
  void none_is_started_before_somebody_asks_and_none_stays_that_nobody_asks_for() {
    CodexProvider codex = stage.start(new Readiness(false, Duration.ofSeconds(3)));
    until("it is found", () -> codex.health().details().toString().contains("bin"));
    for (int i = 1; i <= 2; i++) {
      assertEquals(Health.State.ASLEEP, codex.health().state());
      assertTrue(codex.health().details().toString().contains("\"auth_cached\":false"));
      assertNull(codex.health().message());
      assertEquals(i - 1, stage.started("app-server"));
      assertFalse(codex.models().isEmpty());
      assertEquals("Well met!", ask(codex, "Hello").text());
      until("nobody has asked for long",
          () -> codex.health().state() == Health.State.ASLEEP);
    }
  }

  @Test
  void it_is_started_ahead_when_somebody_will_ask() {
    CodexProvider codex = stage.start(new Readiness(false, Duration.ofHours(1)));
    assertEquals(Health.State.ASLEEP, codex.health().state());
    codex.startAhead();
    until("ready", () -> codex.health().state() == Health.State.READY);
  }

  @Test
  void switched_off_it_says_so() {
    Provider codex = CodexProvider.off();
    assertEquals("Codex", codex.title());
    assertEquals("codex", codex.name());
    assertEquals(Health.State.UNAVAILABLE, codex.health().state());
    var refused = assertThrows(ChatException.class, () -> codex.open(says("Hello")));
    assertTrue(assertInstanceOf(Failure.NotReady.class, refused.failure()).message()
        .contains("--codex off"));
    assertEquals("""
        {"path":null,"auth_cached":false,"token_expired":false,"error":\
        "Codex is switched off (--codex off). Leave that out to use it."}""",
        codex.health().details().toString());
    assertEquals(List.of(), codex.models());
  }

  @Test
  void until_it_is_known_how_it_is_it_is_warming_up() {
    assertEquals(Health.State.WARMING, stage.start().health().state());
  }

  @Test
  void without_a_cli_it_says_what_to_install_and_notices_when_that_is_done() throws Exception {
    Files.delete(stage.cli());
    CodexProvider codex = stage.start();
    assertTrue(absent(codex).contains("npm install -g @openai/codex"));
    assertFalse(Files.exists(stage.own()));
    FakeCodex.install(stage.cli().getParent());
    until("ready", () -> codex.health().ready());
    fine(codex);
  }

  @Test
  void without_a_login_it_says_codex_login_and_notices_when_that_is_done() throws Exception {
    Files.delete(stage.real().resolve("auth.json"));
    CodexProvider codex = stage.start();
    assertTrue(absent(codex).contains("codex login"));
    assertEquals(List.of(), stage.log());
    CodexBackend.logIn(stage.real(), 3600);
    until("ready", () -> codex.health().ready());
    fine(codex);
  }

  @Test
  void a_logout_ends_the_process() throws Exception {
    CodexProvider codex = stage.start();
    fine(codex);
    Files.delete(stage.real().resolve("auth.json"));
    assertTrue(absent(codex).contains("codex login"));
    CodexBackend.logIn(stage.real(), 3600);
    until("ready", () -> codex.health().ready());
    fine(codex);
    assertEquals(2, stage.started("app-server"));
  }

  @Test
  void another_login_is_taken_over_and_a_renewed_one_changes_nothing() throws Exception {
    CodexProvider codex = stage.start();
    fine(codex);
    CodexBackend.logIn(stage.real(), 7200);
    fine(codex);
    assertEquals(1, stage.started("app-server"));
    assertEquals(List.of(), codex.notes());
    CodexBackend.logInWithKey(stage.real());
    until("a second process", () -> stage.started("app-server") == 2);
    until("ready", () -> codex.health().ready());
    fine(codex);
    assertTrue(codex.notes().getFirst().contains("pays by the token"), codex.notes()::toString);
  }

  @Test
  void a_login_that_codex_does_not_accept_is_told_and_not_tried_again_and_again()
      throws Exception {
    CodexProvider codex = stage.mode("logged-out").start();
    assertTrue(absent(codex).contains("codex login"));
    assertEquals(1, stage.started("app-server"));
    CodexBackend.logIn(stage.real(), 7200);
    until("tried with the new one", () -> stage.started("app-server") == 2);
  }

  @Test
  void a_login_that_has_run_out_is_shown() throws Exception {
    CodexBackend.logIn(stage.real(), -60);
    CodexProvider codex = stage.start();
    fine(codex);
    assertTrue(codex.health().details().toString().contains("\"token_expired\":true"));
  }

  @Test
  void a_version_that_refuses_the_list_of_models_does_without() throws Exception {
    CodexProvider codex = stage.mode("refuse-catalog").start();
    fine(codex);
    assertFalse(settings().contains("model_catalog_json"));
    assertTrue(settings().contains("agents.enabled"));
  }

  @Test
  void a_version_that_refuses_a_setting_at_once_or_later_does_without() throws Exception {
    for (String mode : List.of("refuse-agents", "refuse-late")) {
      CodexProvider codex = stage.mode(mode).start();
      fine(codex);
      assertTrue(settings().contains("features.multi_agent = false"));
      codex.close();
    }
  }

  @Test
  void a_process_that_dies_again_and_again_is_started_more_and_more_seldom() {
    CodexProvider codex = stage.start();
    for (int i = 0; i < 3; i++) {
      until("ready", () -> codex.health().ready());
      assertInstanceOf(Failure.Unreachable.class, ask(codex, "@die").failure());
    }
    until("it is said", () -> codex.health().message() != null);
    assertTrue(codex.health().message().contains("3 times in a row (noise on stderr)"),
        codex.health().message());
    until("ready", () -> codex.health().ready());
    fine(codex);
  }

  @Test
  void a_login_that_the_system_keeps_is_used_where_it_is() throws Exception {
    Files.delete(stage.real().resolve("auth.json"));
    Files.writeString(stage.real().resolve("config.toml"),
        "cli_auth_credentials_store = \"keyring\"\n");
    CodexProvider codex = stage.mode("keyring").start();
    fine(codex);
    String started = stage.log().stream()
        .filter(line -> line.startsWith("started app-server")).findFirst().orElseThrow();
    assertTrue(started.contains("-c features.shell_tool=false"), started);
    assertEquals("cli_auth_credentials_store = \"keyring\"\n",
        Files.readString(stage.real().resolve("config.toml")));
  }

  @Test
  void a_version_without_a_usable_app_server_answers_by_exec() {
    for (String mode : List.of("old", "no-app-server")) {
      CodexProvider codex = stage.mode(mode).start();
      Replies.Heard heard = ask(codex, request("""
          {"model":"gpt-5.5","messages":[{"role":"system","content":"You are Lydia."},
          {"role":"user","content":"Hello"}]}"""));
      assertEquals(List.of("Well met!"), heard.deltas());
      assertEquals(new Event.Finish(FinishReason.STOP, new Usage(120, 17, 64, 3)),
          heard.finish());
      String last = stage.log().getLast();
      assertTrue(last.startsWith("stdin \"You are Lydia.\\n\\nUser: Hello"), last);
      String command = stage.log().get(stage.log().size() - 2);
      assertTrue(command.contains("--ephemeral") && command.contains("--sandbox read-only")
          && !command.contains("bypass") && !command.contains("Lydia"), command);
      codex.close();
    }
  }

  @Test
  void errors_of_exec_are_its_own_words_and_not_the_noise_around_them() {
    CodexProvider codex = stage.mode("no-app-server").start();
    assertInstanceOf(Failure.RateLimited.class, ask(codex, "@fail").failure());
    assertTrue(assertInstanceOf(Failure.Broken.class, ask(codex, "@crash").failure()).message()
        .contains("it crashed"));
    assertInstanceOf(Failure.Unauthorized.class, ask(codex, "@401").failure());
    var picture = ask(codex, request("""
        {"model":"gpt-5.5","messages":[{"role":"user","content":[{"type":"image_url",
        "image_url":{"url":"data:image/png;base64,aGk="}}]}]}""")).failure();
    assertEquals("messages[0].content[0].image_url.url",
        assertInstanceOf(Failure.BadRequest.class, picture).param());
    assertEquals("Well met!", ask(codex, "Hello").text());
  }

  @Test
  void closing_a_reply_of_exec_ends_its_process() {
    CodexProvider codex = stage.mode("no-app-server").start();
    try (Reply reply = codex.open(says("@forever"))) {
      until("it was asked", () -> {
        reply.next(Duration.ofMillis(5));
        return stage.log().stream().anyMatch(line -> line.startsWith("stdin"));
      });
      assertTrue(children().findAny().isPresent());
    }
    until("no child", () -> children().findAny().isEmpty());
  }

  private static Stream<ProcessHandle> children() {
    if (Os.WINDOWS) { // which tells no arguments
      return ProcessHandle.current().descendants()
          .filter(child -> child.info().command().orElse("").endsWith("java.exe"));
    }
    return ProcessHandle.current().children().filter(child -> child.info().commandLine()
        .map(line -> line.contains("FakeCodex exec")).orElse(false));
  }

  @Test
  void a_login_that_can_not_be_linked_is_renewed_where_it_lies() throws Exception {
    CodexBackend.logIn(stage.real(), 300);
    CodexProvider codex = stage.copies().start();
    fine(codex);
    assertEquals(2, stage.started("app-server"));
    assertTrue(stage.calls("account/read").stream()
        .anyMatch(call -> call.at("refreshToken").bool()));
    assertFalse(Files.readString(stage.own().resolve("auth.json")).contains(CodexBackend.REFRESH));
    assertTrue(Files.readString(stage.real().resolve("auth.json")).contains(CodexBackend.REFRESH));
  }

  @Test
  void why_it_can_not_be_started_shows_no_mail_address() throws Exception {
    Path file = Files.writeString(temp.resolve("player@example.com"), "");
    try (var codex = new CodexProvider(stage.cli().toString(), stage.real(),
        file.resolve("own"), Limits.DEFAULT, true, List.of(), Map.of(),
        new Readiness(true, Readiness.USUAL))) {
      String told = absent(codex) + codex.health();
      assertTrue(told.contains("***"), told);
      Leaks.assertNone(told);
    }
  }

  @Test
  void a_folder_that_can_not_be_made_is_told() throws Exception {
    Path file = Files.writeString(temp.resolve("file"), "");
    try (var codex = new CodexProvider(stage.cli().toString(), stage.real(),
        file.resolve("own"), Limits.DEFAULT, true, List.of(), Map.of(),
        new Readiness(true, Readiness.USUAL))) {
      assertTrue(absent(codex).contains("can't be started"));
    }
  }
}
