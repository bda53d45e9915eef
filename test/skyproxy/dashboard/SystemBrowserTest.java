package skyproxy.dashboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import org.junit.jupiter.api.Test;

/// The foot of the page.
final class SystemBrowserTest extends PageTest {
  @Test
  void a_report_is_copied_and_shown() {
    open();
    page.eval("(() => { navigator.clipboard.writeText = async (text) => { window.copied = text; };"
        + " return 0; })()");
    page.click("#report");
    page.await("!document.querySelector('#report-text').hidden");
    page.await("document.querySelector('#system-note').innerText.startsWith('Copied.')");
    assertEquals(page.eval("window.copied").string(),
        page.eval("document.querySelector('#report-text').textContent").string());
    assertTrue(page.text("#report-text").startsWith("SkyrimNet Proxy "));
    assertFine();
  }

  @Test
  void the_start_at_login_is_a_switch() {
    assumeTrue(System.getProperty("os.name").equals("Linux"), "The place is that of Linux.");
    open();
    page.await("!document.querySelector('#autostart').checked");
    page.click("#autostart");
    page.await("document.querySelector('#system-note').innerText.includes('when you log in, by')");
    assertTrue(Files.exists(folder.resolve(".config/autostart/skyrimnet-proxy.desktop")));
    page.open(proxy.address() + "/");
    page.await("document.querySelector('#autostart').checked");
    page.click("#autostart");
    page.await("document.querySelector('#system-note').innerText.includes('no longer')");
    assertTrue(Files.notExists(folder.resolve(".config/autostart/skyrimnet-proxy.desktop")));
    assertFine();
  }
}
