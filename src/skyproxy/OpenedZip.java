package skyproxy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.regex.Pattern;

/// Tells whether the jar was opened inside a zip. Windows and its archive programs then unpack that
/// one file to a folder of the temporary one, which is emptied some day.
final class OpenedZip {
  /// How that folder is called by Explorer (`Temp1_skyrimnet.zip`, on Windows 11
  /// `0f3c…_skyrimnet.zip.f3c`), 7-Zip, WinRAR, WinZip, Bandizip and PeaZip.
  private static final Pattern NAME = Pattern.compile(
      "(?i).*\\.(zip|7z|rar)(\\.\\w+)?|7zO.*|Rar\\$.*|wz[0-9a-f]+|BNZ\\..*|peazip-tmp.*");

  private OpenedZip() {}

  /// @param jarFolder the folder that the jar lies in
  /// @param temporary where this system keeps temporary files
  static boolean holds(Path jarFolder, Path temporary) {
    Path inside = real(jarFolder);
    Path place = real(temporary);
    if (!inside.startsWith(place) || inside.equals(place)) return false;
    return NAME.matcher(place.relativize(inside).getName(0).toString()).matches();
  }

  /// As it is written in full: Windows often names the temporary folder `C:\Users\PLAYER~1\…`.
  private static Path real(Path folder) {
    try {
      return folder.toRealPath();
    } catch (IOException gone) {
      return folder.toAbsolutePath().normalize();
    }
  }
}
