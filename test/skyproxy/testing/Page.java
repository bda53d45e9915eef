package skyproxy.testing;

import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import skyproxy.json.Cursor;
import skyproxy.json.Json;

/// A page in a [Browser]: what a person does with it, and what it did by itself. One thread.
public final class Page {
  private final Browser browser;
  private final String session;
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final List<String> errors = new CopyOnWriteArrayList<>();

  Page(Browser browser, String session) {
    this.browser = browser;
    this.session = session;
  }

  void begin() {
    for (String domain : List.of("Page", "Runtime", "Network", "Log")) {
      call(domain + ".enable", "{}");
    }
    // A page in the background is not painted, and a dashboard would not ask for anything.
    call("Emulation.setFocusEmulationEnabled", "{\"enabled\":true}");
  }

  void happened(Cursor event) {
    Cursor at = event.at("params");
    switch (event.at("method").string()) {
      case "Network.requestWillBeSent" -> requests.add(at.at("request").at("url").string());
      case "Runtime.exceptionThrown" -> errors.add(at.at("exceptionDetails").json().toString());
      case "Runtime.consoleAPICalled" -> {
        String type = at.at("type").string();
        if (type.equals("error") || type.equals("warning")) errors.add(at.json().toString());
      }
      case "Log.entryAdded" -> {
        Cursor entry = at.at("entry");
        String level = entry.at("level").string();
        if (level.equals("error") || level.equals("warning")) {
          errors.add(entry.at("text").string() + " " + entry.at("url").stringOr(""));
        }
      }
      default -> { }
    }
  }

  /// All URLs asked for so far, by whatever on the page.
  public List<String> requests() {
    return List.copyOf(requests);
  }

  /// What was complained about on the console so far.
  public List<String> errors() {
    return List.copyOf(errors);
  }

  /// The size of the window, in pixels.
  public Page size(int width, int height) {
    call("Emulation.setDeviceMetricsOverride", Json.Obj.builder().put("width", width)
        .put("height", height).put("deviceScaleFactor", 1).put("mobile", false).build());
    return this;
  }

  /// `dark` or `light`, as the system says.
  public Page scheme(String scheme) {
    call("Emulation.setEmulatedMedia", Json.Obj.builder().put("features", Json.Arr.of(
        Json.Obj.builder().put("name", "prefers-color-scheme").put("value", scheme).build()))
        .build());
    return this;
  }

  /// Opens an address and waits until it is loaded.
  public Page open(String url) {
    call("Page.navigate", Json.Obj.builder().put("url", url).build());
    await("location.href.startsWith(" + quoted(url) + ") && document.readyState === 'complete'");
    return this;
  }

  /// The value of a JavaScript expression; a promise is waited for.
  public Cursor eval(String expression) {
    Cursor result = call("Runtime.evaluate", Json.Obj.builder().put("expression", expression)
        .put("returnByValue", true).put("awaitPromise", true).put("userGesture", true).build());
    if (!result.at("exceptionDetails").isMissing()) {
      fail(expression + ": " + result.at("exceptionDetails").json());
    }
    return result.at("result").at("value");
  }

  /// Waits until an expression is true. While what it looks at is not there yet, it is not.
  public void await(String expression) {
    long end = System.nanoTime() + Browser.PATIENCE.toNanos();
    String tried = "(() => { try { return !!(" + expression + "); } catch (absent) {"
        + " if (absent instanceof TypeError) return false; throw absent; } })()";
    while (!eval(tried).bool()) {
      if (System.nanoTime() > end) {
        fail("this never became true: " + expression + "\nerrors: " + errors);
      }
      try {
        Thread.sleep(20);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        fail("interrupted");
      }
    }
  }

  /// The text of the first element of a CSS selector, as a person reads it.
  public String text(String selector) {
    return eval("document.querySelector(" + quoted(selector) + ").innerText").string();
  }

  /// Clicks in the middle of an element, with the mouse.
  public void click(String selector) {
    await("document.querySelector(" + quoted(selector) + ")");
    // Not while the page moves: what comes late pushes the element away from under the mouse.
    Cursor at = eval("(async () => { let x, y; for (let i = 0; i < 100; i++) {"
        + " const e = document.querySelector(" + quoted(selector) + ");"
        + " e.scrollIntoView({ block: 'center', behavior: 'instant' });"
        + " const before = e.getBoundingClientRect();"
        + " await new Promise((later) => { setTimeout(later, 30); });"
        + " const r = e.getBoundingClientRect(); x = r.x + r.width / 2; y = r.y + r.height / 2;"
        + " if (before.x === r.x && before.y === r.y"
        + " && e.contains(document.elementFromPoint(x, y))) break; } return [x, y]; })()");
    for (String type : List.of("mousePressed", "mouseReleased")) {
      call("Input.dispatchMouseEvent", Json.Obj.builder().put("type", type)
          .put("x", at.at(0).number()).put("y", at.at(1).number()).put("button", "left")
          .put("clickCount", 1).build());
    }
  }

  /// Puts the focus into a field, empties it and types.
  public void type(String selector, String text) {
    await("document.querySelector(" + quoted(selector) + ")");
    eval("(() => { const e = document.querySelector(" + quoted(selector) + "); e.focus();"
        + " e.select(); })()");
    if (text.isEmpty()) press("Delete");
    else call("Input.insertText", Json.Obj.builder().put("text", text).build());
  }

  /// Chooses a file, as in the dialog of a file input.
  public void choose(String selector, Path file) {
    await("document.querySelector(" + quoted(selector) + ")");
    long root = call("DOM.getDocument", "{}").at("root").at("nodeId").integer();
    long node = call("DOM.querySelector", Json.Obj.builder().put("nodeId", root)
        .put("selector", selector).build()).at("nodeId").integer();
    call("DOM.setFileInputFiles", Json.Obj.builder().put("nodeId", node)
        .put("files", Json.Arr.ofStrings(List.of(file.toAbsolutePath().toString()))).build());
  }

  /// Presses and releases a key, `Tab` or `Enter`.
  public void press(String key) {
    int code = switch (key) {
      case "Tab" -> 9;
      case "Enter" -> 13;
      case "Escape" -> 27;
      case "Delete" -> 46;
      default -> throw new IllegalArgumentException(key);
    };
    for (String type : List.of("keyDown", "keyUp")) {
      Json.Obj.Builder event = Json.Obj.builder().put("type", type).put("key", key)
          .put("code", key).put("windowsVirtualKeyCode", code);
      if (key.equals("Enter") && type.equals("keyDown")) event.put("text", "\r");
      call("Input.dispatchKeyEvent", event.build());
    }
  }

  /// Answers the next question of `confirm` with yes.
  public void acceptDialog() {
    call("Page.handleJavaScriptDialog", "{\"accept\":true}");
  }

  /// Saves a picture of the whole page.
  public void screenshot(Path file) {
    save(file, (Json.Obj) Json.parse("{\"format\":\"png\",\"captureBeyondViewport\":true}"));
  }

  /// Saves a picture of what lies at the top, three quarters as large.
  public void screenshotOfTop(Path file, int width, int height) {
    Json.Obj clip = Json.Obj.builder().put("x", 0).put("y", 0).put("width", width)
        .put("height", height).put("scale", new Json.Num("0.75")).build();
    save(file, Json.Obj.builder().put("format", "png").put("clip", clip).build());
  }

  private void save(Path file, Json.Obj parameters) {
    String data = call("Page.captureScreenshot", parameters).at("data").string();
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      Files.write(file, Base64.getDecoder().decode(data));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Cursor call(String method, String parameters) {
    return browser.call(session, method, parameters);
  }

  private Cursor call(String method, Json.Obj parameters) {
    return browser.call(session, method, parameters);
  }

  private static String quoted(String text) {
    return new Json.Str(text).toString();
  }
}
