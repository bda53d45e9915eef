package skyproxy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import skyproxy.files.OwnerFile;
import skyproxy.json.Cursor;
import skyproxy.json.Json;

/// The start of the proxy when its player logs in: one file, where each system looks for such.
///
/// What it starts is what runs now, with the same options, from the same folder, but opens no page.
/// Any thread.
final class Autostart {

  /// All that a start is made of.
  ///
  /// @param jar null when the classes lie in a folder: then there is nothing to start
  /// @param java the program that runs it
  /// @param flags for Java
  /// @param from the folder in which relative paths begin
  /// @param options ours
  record Start(Path jar, Path java, List<String> flags, Path from, List<String> options) {

    /// Another jar may lie there one day, and would be started from the cache of this one.
    Start {
      flags = flags.stream().filter(each -> !each.startsWith("-XX:AOT")).toList();
    }

    static Start ofThis(List<String> options) {
      boolean windows = System.getProperty("os.name").startsWith("Windows");
      String from = System.getenv("SKYRIMNET_PROXY_FROM");
      return new Start(Release.jar(),
          Path.of(System.getProperty("java.home"), "bin", windows ? "java.exe" : "java"),
          ManagementFactory.getRuntimeMXBean().getInputArguments(),
          Path.of(from == null || from.isBlank() ? "" : from).toAbsolutePath(), options);
    }

    /// By the script, which finds a Java also when this one was replaced by a newer one; by the
    /// Java that runs now where there is no script.
    private List<String> command() {
      Path folder = jar.getParent();
      Path script = Stream.of(folder.resolve("run.sh"), folder.resolveSibling("run.sh"))
          .filter(Files::isExecutable).findFirst().orElse(null);
      List<String> command = new ArrayList<>();
      if (script == null) {
        command.add(java.toString());
        command.addAll(flags);
        command.addAll(List.of("-jar", jar.toString()));
      } else {
        command.add(script.toString());
      }
      command.addAll(options);
      return command;
    }
  }

  private final Start start;
  private final Path file;
  private final String entry;

  /// @param system the name of the operating system
  /// @param programs the folder where this system has the data of this user's programs
  Autostart(String system, Path programs, Start start) {
    this.start = start;
    String name = system.toLowerCase(Locale.ROOT);
    boolean possible = start.jar() != null;
    if (name.startsWith("windows")) {
      file = programs.resolve(Path.of("Microsoft", "Windows", "Start Menu", "Programs", "Startup",
          "SkyrimNet Proxy.cmd"));
      entry = possible ? windows() : null;
    } else if (name.startsWith("mac")) {
      file = programs.resolveSibling("LaunchAgents").resolve("skyrimnet-proxy.plist");
      entry = possible ? mac() : null;
    } else {
      file = programs.resolve(Path.of("autostart", "skyrimnet-proxy.desktop"));
      entry = possible ? linux() : null;
    }
  }

  /// `{"on":false,"file":…}`, and where it can't be done why not.
  Json.Obj shown(String query) {
    Json.Obj.Builder out = Json.Obj.builder().put("on", Files.exists(file))
        .put("file", file.toString());
    if (entry == null) out.put("problem", "Pack the jar first: only that can be started.");
    return out.build();
  }

  /// `{"on":true}` or `{"on":false}`.
  ///
  /// @throws IOException when the file can't be written or removed
  Json.Obj change(Cursor body) throws IOException {
    if (!body.at("on").bool()) {
      Files.deleteIfExists(file);
    } else if (entry == null || entry.chars().anyMatch(c -> c < ' ' && c != '\r' && c != '\n')) {
      throw new IOException("This proxy lies where it can't be started from.");
    } else {
      OwnerFile.write(file, entry.getBytes(UTF_8));
    }
    return shown(null);
  }

  /// A small window in the task bar, as that of a double click. The second line lets the others
  /// hold any letter. Java finds a jar of any name only in the folder that it is started in.
  private String windows() {
    String options = start.options().stream().map(each -> " " + inBatch(each)).collect(joining());
    String java = inBatch(start.java().toString());
    String flags = start.flags().stream().map(each -> " " + inBatch(each)).collect(joining());
    return """
        @echo off
        chcp 65001 >nul
        cd /d %s
        if not exist %s goto script
        set %s
        start "SkyrimNet Proxy" /min %s%s -jar %s%s
        exit /b
        :script
        start "SkyrimNet Proxy" /min cmd /c run.bat%s
        """.formatted(inBatch(start.jar().getParent().toString()), java,
            inBatch("SKYRIMNET_PROXY_FROM=" + start.from()), java, flags,
            inBatch(start.jar().getFileName().toString()), options, options)
        .replace("\n", "\r\n");
  }

  private static String inBatch(String text) {
    return '"' + text.replace("%", "%%").replace("\"", "\\\"") + '"';
  }

  /// https://specifications.freedesktop.org/desktop-entry-spec/latest/exec-variables.html
  private String linux() {
    return """
        [Desktop Entry]
        Type=Application
        Name=SkyrimNet Proxy
        Path=%s
        Exec=%s
        Terminal=false
        """.formatted(start.from().toString().replace("\\", "\\\\"),
            start.command().stream().map(Autostart::inEntry).collect(joining(" ")));
  }

  /// Quoted for the command, and what that comes to for the file.
  private static String inEntry(String text) {
    String quoted = '"' + text.replaceAll("[\\\\\"`$]", "\\\\$0") + '"';
    return quoted.replace("\\", "\\\\").replace("%", "%%");
  }

  private String mac() {
    return """
        <?xml version="1.0" encoding="UTF-8"?>
        <plist version="1.0"><dict>
        <key>Label</key><string>skyrimnet-proxy</string>
        <key>RunAtLoad</key><true/>
        <key>WorkingDirectory</key><string>%s</string>
        <key>ProgramArguments</key><array>%s</array>
        </dict></plist>
        """.formatted(inXml(start.from().toString()), start.command().stream()
            .map(each -> "<string>" + inXml(each) + "</string>").collect(joining()));
  }

  private static String inXml(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
