package skyproxy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// The project's own files, as the tests about the project see them.
///
/// What git tracks; every file but the built ones where there is no git, as in a downloaded
/// archive. The tests are run in the project's folder.
final class Tree {
  private Tree() {}

  /// Every tracked file that is still there, by its path from the project's folder.
  static List<Path> files() {
    try {
      Process git = new ProcessBuilder("git", "ls-files", "-z")
          .redirectError(ProcessBuilder.Redirect.DISCARD).start();
      git.getOutputStream().close();
      String names = new String(git.getInputStream().readAllBytes());
      if (git.waitFor() == 0) {
        return Stream.of(names.split("\0")).map(Path::of).filter(Files::isRegularFile).toList();
      }
    } catch (IOException e) {
      return walk();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return walk();
  }

  private static List<Path> walk() {
    try (Stream<Path> top = Files.list(Path.of(""))) {
      return top.filter(each -> !each.endsWith("build") && !each.endsWith(".git"))
          .flatMap(each -> walk(each).stream()).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Path> walk(Path from) {
    try (Stream<Path> all = Files.walk(from)) {
      return all.filter(Files::isRegularFile).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The files below `folder` with one of these endings.
  static List<Path> files(String folder, String... endings) {
    return files().stream().filter(file -> file.startsWith(folder))
        .filter(file -> List.of(endings).contains(ending(file))).toList();
  }

  private static String ending(Path file) {
    String name = file.getFileName().toString();
    return name.substring(name.lastIndexOf('.') + 1);
  }

  static List<String> lines(Path file) {
    return text(file).lines().toList();
  }

  /// Empty for a file that is not text.
  static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (CharacterCodingException e) {
      return "";
    } catch (IOException e) {
      throw new UncheckedIOException(file.toString(), e);
    }
  }
}
