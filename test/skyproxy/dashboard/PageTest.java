package skyproxy.dashboard;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import skyproxy.json.Json;
import skyproxy.testing.Browser;
import skyproxy.testing.Page;
import skyproxy.testing.Program;
import skyproxy.testing.RealCli;

/// The page in a real browser with the real jar, for those who test a part of it.
@Tag("browser")
abstract class PageTest {
  static final String HOSTILE = "<img src=x onerror=document.title='owned'>";

  static Browser browser;

  @TempDir
  Path folder;
  Program proxy;
  Page page;

  @BeforeAll
  static void startBrowser() {
    browser = new Browser(RealCli.chromium());
  }

  @AfterAll
  static void stopBrowser() {
    if (browser != null) browser.close();
  }

  @BeforeEach
  void start() throws Exception {
    proxy = Program.listening(folder, "--config", "config.json");
    page = browser.page();
    page.size(1280, 900);
  }

  @AfterEach
  void stop() {
    proxy.close();
  }

  void open() {
    page.open(proxy.address() + "/");
    page.await("document.querySelector('#cards').children.length >= 4");
  }

  void restart() throws Exception {
    proxy.end();
    proxy.close();
    proxy = Program.listening(folder, "--config", "config.json");
    page = browser.page();
  }

  void addServer(String url) throws Exception {
    assertEquals(200, proxy.post("/config/server",
        "{\"name\":\"local\",\"base_url\":\"" + url + "/v1\"}").statusCode());
  }

  void ask(String model) throws Exception {
    proxy.post("/v1/chat/completions", "{\"model\":" + new Json.Str(model)
        + ",\"messages\":[{\"role\":\"user\",\"content\":\"Are you there?\"}]}");
  }

  /// Nothing was complained about, and nobody but the proxy was asked for anything.
  void assertFine() {
    assertEquals(List.of(), page.errors());
    List<String> strange = page.requests().stream()
        .filter(url -> !url.startsWith(proxy.address() + "/") && !url.startsWith("data:")).toList();
    assertEquals(List.of(), strange);
  }
}
