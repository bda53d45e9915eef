package skyproxy.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// The pages that are opened in the player's browser, noted by a program in its place.
public final class OpenedPages {
  private final Path file;

  /// Takes the place of the browser: on Windows for every program, elsewhere for each whose PATH
  /// leads to `folder/bin`, as that of a [Program] does. Skips the test where it can't.
  public OpenedPages(Path folder) throws IOException, InterruptedException {
    if (Os.WINDOWS) {
      Os.assumeWine("A real Windows opens the browser of its user.");
      // One file for all, since all tests of a run have one registry.
      file = Path.of(System.getProperty("java.io.tmpdir"), "opened-pages");
      for (String scheme : List.of("http", "https")) noteAll(scheme);
    } else {
      assumeTrue(System.getProperty("os.name").equals("Linux"), "xdg-open is Linux's.");
      file = folder.resolve("opened-pages");
      Os.script(Files.createDirectories(folder.resolve("bin")).resolve("xdg-open"),
          "#!/bin/sh\necho \"$1\" >>'" + file + "'\n");
    }
  }

  private void noteAll(String scheme) throws IOException, InterruptedException {
    String command =
        System.getenv("SystemRoot") + "\\System32\\cmd.exe /c echo %1>>\"" + file + "\"";
    int refused = new ProcessBuilder("reg.exe", "add",
        "HKCR\\" + scheme + "\\shell\\open\\command", "/ve", "/d", command, "/f")
        .redirectOutput(Redirect.DISCARD).redirectError(Redirect.DISCARD).start().waitFor();
    assumeTrue(refused == 0, "The browser can't be set.");
  }

  public void await(String page) {
    Replies.until(page + " is opened", () -> has(page));
  }

  public boolean has(String page) {
    try {
      return Files.exists(file) && Files.readAllLines(file).stream().map(String::strip)
          .anyMatch(page::equals);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
