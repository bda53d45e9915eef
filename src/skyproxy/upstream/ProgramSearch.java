package skyproxy.upstream;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Stream;

/// Finds programs by the name, or the path, that a player gives. Pure but for looking at files.
///
/// A name is looked for on PATH, and then where installers put programs: the PATH of a game
/// launcher is often short. Windows knows a program by its ending, and a name or path without one
/// means any of them, in the order of a console. A shim of npm counts as a program; what lies
/// behind it is for the vendor to know, as is whether a file that is found is any good.
///
/// @param variable looks up an environment variable, null when it is not set
/// @param home the user's folder
public record ProgramSearch(boolean windows, Function<String, String> variable, Path home) {
  private static final List<String> ENDINGS = List.of(".exe", ".cmd", ".bat");

  /// On this computer.
  public static ProgramSearch here() {
    return new ProgramSearch(File.separatorChar == '\\', System::getenv,
        Path.of(System.getProperty("user.home")));
  }

  /// Every program that `wanted` may mean, the likeliest first; looked for as the stream is read.
  ///
  /// @param wanted a path if there is a separator in it, else a name
  /// @param more folders to look for a name in, after all others
  public Stream<Path> find(String wanted, Path... more) {
    Path path = path(wanted);
    if (path == null || path.getFileName() == null) return Stream.empty();
    if (wanted.indexOf('/') >= 0 || windows && wanted.indexOf('\\') >= 0) {
      return Stream.concat(names(wanted), Stream.of(wanted)).distinct().map(ProgramSearch::path)
          .filter(this::starts).map(Path::toAbsolutePath);
    }
    return Stream.of(searchPath(), usualPlaces().stream(), Stream.of(more)).flatMap(all -> all)
        .flatMap(folder -> names(wanted).map(folder::resolve)).filter(this::starts)
        .map(Path::toAbsolutePath);
  }

  private Stream<String> names(String wanted) {
    String small = wanted.toLowerCase(Locale.ROOT);
    return !windows || ENDINGS.stream().anyMatch(small::endsWith) ? Stream.of(wanted)
        : ENDINGS.stream().map(ending -> wanted + ending);
  }

  private boolean starts(Path file) {
    return Files.isRegularFile(file) && (windows || Files.isExecutable(file));
  }

  private Stream<Path> searchPath() {
    String value = variable.apply("PATH");
    List<Path> folders = new ArrayList<>();
    for (String part : value == null ? new String[0] : value.split(windows ? ";" : ":")) {
      String clean = part.replace("\"", "").strip();
      Path folder = clean.isEmpty() ? null : path(clean);
      if (folder != null) folders.add(folder);
    }
    return folders.stream();
  }

  private List<Path> usualPlaces() {
    Path own = home.resolve(".local").resolve("bin");
    if (!windows) return List.of(own, Path.of("/opt/homebrew/bin"), Path.of("/usr/local/bin"));
    String roaming = variable.apply("APPDATA");
    Path data = roaming == null ? home.resolve("AppData").resolve("Roaming") : path(roaming);
    return data == null ? List.of(own) : List.of(own, data.resolve("npm"));
  }

  private static Path path(String text) {
    try {
      return Path.of(text);
    } catch (InvalidPathException nonsense) {
      return null;
    }
  }
}
