package skyproxy.dashboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import org.junit.jupiter.api.Test;

/// The page when the proxy is stopped by it, and when its settings can't be read.
final class StoppingBrowserTest extends PageTest {
  @Test
  void the_proxy_is_stopped_by_a_button_and_a_broken_settings_file_is_told() throws Exception {
    open();
    Files.writeString(folder.resolve("config.json"), "{broken");
    page.await("document.querySelector('#file-problem:not([hidden])')");
    assertTrue(page.text("#file-problem").contains("config.json"), page.text("#file-problem"));
    page.eval("window.confirm = () => true, 0");
    page.click("#stop");
    page.await("document.querySelector('#lost').innerText.includes('has stopped')");
    assertEquals(0, proxy.exitStatus());
  }
}
