package skyproxy.codex;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import skyproxy.json.Json;

/// The player's login, lent and never harmed; and the folder that it is lent to.
final class CodexHomeTest {
  @TempDir Path temp;
  private Path real;
  private Path own;

  @BeforeEach
  void folders() throws IOException {
    real = temp.resolve("real");
    own = temp.resolve("own");
    CodexBackend.logIn(real, 3600);
  }

  private CodexHome home(boolean mayLink) throws IOException {
    CodexHome home = new CodexHome(own, real, mayLink);
    home.create();
    return home;
  }

  private byte[] realAuth() throws IOException {
    return Files.readAllBytes(real.resolve("auth.json"));
  }

  @Test
  void the_login_is_a_link_where_the_system_allows_one() throws IOException {
    CodexHome home = home(true);
    home.lendLogin();
    home.lendLogin();
    assumeTrue(!home.copied(), "This system allows no symbolic links.");
    assertEquals(real.resolve("auth.json"), Files.readSymbolicLink(own.resolve("auth.json")));
    try (var files = Files.list(real)) {
      assertEquals(1, files.count());
    }
  }

  @Test
  void the_login_can_be_read_where_it_was_lent() throws IOException {
    home(true).lendLogin();
    assertTrue(CodexLogin.read(own.resolve("auth.json")).present());
  }

  @Test
  void a_copy_holds_no_refresh_token_and_changes_with_the_original() throws IOException {
    byte[] before = realAuth();
    CodexHome home = home(false);
    home.lendLogin();
    assertTrue(home.copied());
    String copy = Files.readString(own.resolve("auth.json"));
    assertFalse(copy.contains(CodexBackend.REFRESH));
    assertTrue(copy.contains("\"refresh_token\":\"\""));
    assertArrayEquals(before, realAuth());
    CodexBackend.logIn(real, 7200);
    home.lendLogin();
    assertFalse(Files.readString(own.resolve("auth.json")).equals(copy));
    assertFalse(Files.readString(own.resolve("auth.json")).contains(CodexBackend.REFRESH));
  }

  @Test
  @EnabledOnOs(value = OS.WINDOWS, disabledReason = "Elsewhere nobody can hold a file.")
  void a_copy_that_another_program_holds_is_renewed_a_moment_later() throws Exception {
    home(false).lendLogin();
    Path copy = own.resolve("auth.json");
    String before = Files.readString(copy);
    CodexBackend.logIn(real, 7200);
    InputStream holder = new FileInputStream(copy.toFile());
    Thread late = Thread.ofVirtual().start(() -> {
      try (holder) {
        Thread.sleep(300);
      } catch (InterruptedException | IOException e) {
        throw new AssertionError(e);
      }
    });
    home(false).lendLogin();
    late.join();
    assertFalse(Files.readString(copy).equals(before));
  }

  @Test
  void a_copy_gives_way_to_a_link_and_a_link_to_a_copy() throws IOException {
    home(false).lendLogin();
    CodexHome linked = home(true);
    linked.lendLogin();
    assumeTrue(!linked.copied(), "This system allows no symbolic links.");
    assertTrue(Files.isSymbolicLink(own.resolve("auth.json")));
    byte[] before = realAuth();
    home(false).lendLogin();
    assertTrue(Files.isRegularFile(own.resolve("auth.json"), LinkOption.NOFOLLOW_LINKS));
    assertArrayEquals(before, realAuth());
  }

  @Test
  void the_same_folder_for_both_is_left_alone() throws IOException {
    byte[] before = realAuth();
    for (boolean mayLink : List.of(true, false)) {
      new CodexHome(real, real, mayLink).lendLogin();
      assertArrayEquals(before, realAuth());
      assertFalse(Files.isSymbolicLink(real.resolve("auth.json")));
    }
  }

  @Test
  void the_folder_is_its_owners_alone() throws IOException {
    CodexHome home = home(false);
    home.lendLogin();
    home.configure(List.of("web_search = \"disabled\""));
    assumeTrue(own.getFileSystem().supportedFileAttributeViews().contains("posix"),
        "Windows has no file modes.");
    assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(own)));
    for (String name : List.of("auth.json", "config.toml")) {
      assertEquals("rw-------",
          PosixFilePermissions.toString(Files.getPosixFilePermissions(own.resolve(name))));
    }
  }

  @Test
  void a_login_is_recognised_with_its_end_and_its_owner() throws IOException {
    CodexLogin login = home(true).login();
    assertTrue(login.present());
    assertFalse(login.paysByToken());
    assertFalse(login.expired(Instant.now()));
    assertTrue(login.expiresWithin(Duration.ofHours(2), Instant.now()));
    assertFalse(login.expiresWithin(Duration.ofMinutes(10), Instant.now()));
    CodexBackend.logIn(real, -5);
    CodexLogin expired = home(true).login();
    assertTrue(expired.expired(Instant.now()));
    assertEquals(login.identity(), expired.identity());
    CodexBackend.logInWithKey(real);
    CodexLogin key = home(true).login();
    assertTrue(key.present());
    assertTrue(key.paysByToken());
    assertNull(key.expires());
    assertFalse(key.identity() == login.identity());
  }

  @Test
  void what_is_no_login_counts_as_none() throws IOException {
    for (String content : List.of("", "{", "[]", "{\"tokens\":5}", "{\"OPENAI_API_KEY\":null}",
        "{\"tokens\":{\"access_token\":\"\"}}")) {
      Files.writeString(real.resolve("auth.json"), content);
      assertFalse(home(true).login().present(), content);
    }
    Files.delete(real.resolve("auth.json"));
    assertFalse(home(true).login().present());
    Files.writeString(real.resolve("auth.json"), """
        {"tokens":{"access_token":"opaque"}}""");
    assertTrue(home(true).login().present());
    assertNull(home(true).login().expires());
  }

  @Test
  void the_slim_catalogue_leaves_no_model_a_tool() throws IOException {
    CodexHome home = home(true);
    assertFalse(home.slimCatalog("no JSON".getBytes(StandardCharsets.UTF_8)));
    assertFalse(home.slimCatalog("{}".getBytes(StandardCharsets.UTF_8)));
    assertTrue(home.slimCatalog("""
        {"models":[{"slug":"gpt-6-luna","use_responses_lite":true,"tool_mode":"code_mode_only",
        "shell_type":"unified_exec","base_instructions":"You are Codex."},
        {"slug":"gpt-5.5","multi_agent_version":"v2","apply_patch_tool_type":"freeform",
        "experimental_supported_tools":["clock"],"supports_search_tool":true,"visibility":"list",
        "extra":1}]}""".getBytes(StandardCharsets.UTF_8)));
    String slim = Files.readString(home.catalog());
    for (String gone : List.of("code_mode_only", "unified_exec", "freeform", "clock", "v2",
        "You are Codex")) {
      assertFalse(slim.contains(gone), gone);
    }
    assertTrue(slim.contains("\"extra\":1") && slim.contains("use_responses_lite"));
    for (String old : CodexModels.OLD) assertTrue(slim.contains(old), old);
    assertTrue(Json.parse(slim) instanceof Json.Obj);
  }

  @Test
  void settings_are_lines_of_a_file_or_arguments_without_quotes() {
    List<String> lines = CodexConfig.lines(CodexConfig.Variant.FULL, Path.of("models.json"),
        List.of("openai_base_url = \"http://127.0.0.1:1/v1\""));
    assertTrue(lines.contains("features.shell_tool = false"));
    assertTrue(lines.contains("sandbox_mode = \"read-only\""));
    List<String> arguments = CodexConfig.arguments(lines);
    assertEquals(2 * lines.size(), arguments.size());
    assertTrue(arguments.contains("sandbox_mode=read-only"));
    assertTrue(arguments.contains("model_catalog_json=models.json"));
    assertFalse(CodexConfig.lines(CodexConfig.Variant.FULL, null, List.of()).toString()
        .contains("_url"), "nothing leads anywhere but to OpenAI");
    assertTrue(CodexConfig.lines(CodexConfig.Variant.OLD, null, List.of())
        .contains("features.multi_agent = false"));
  }
}
