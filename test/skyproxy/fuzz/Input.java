package skyproxy.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import skyproxy.json.Json;
import skyproxy.json.JsonException;

/// Bytes that a target has to read, and the chance by which it is cut and varied.
public record Input(byte[] bytes, Random random) {
  private static final int PACKET = 16 << 10;

  /// As a text; what is no UTF-8 is U+FFFD.
  public String text() {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /// Cut in pieces as a network would, some of them empty.
  public List<byte[]> pieces() {
    return pieces(1 + random.nextInt(random.nextInt(8) == 0 ? 2 : 200));
  }

  /// Cut in pieces as the JDK's client hands them out.
  public List<byte[]> packets() {
    List<byte[]> packets = new ArrayList<>();
    for (int at = 0; at < bytes.length; at += PACKET) {
      packets.add(Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + PACKET)));
    }
    return packets;
  }

  /// Cut in pieces of at most that many bytes.
  public List<byte[]> pieces(int most) {
    List<byte[]> pieces = new ArrayList<>();
    for (int at = 0; at < bytes.length; ) {
      int end = Math.min(bytes.length, at + random.nextInt(most + 1));
      pieces.add(Arrays.copyOfRange(bytes, at, end));
      at = end;
      if (most == 0) most = 1;
    }
    return pieces;
  }

  /// A text in pieces, which may cut a character of two halves.
  public List<String> pieces(String text) {
    int most = 1 + random.nextInt(20);
    List<String> pieces = new ArrayList<>();
    for (int at = 0; at < text.length(); ) {
      int end = Math.min(text.length(), at + 1 + random.nextInt(most));
      pieces.add(text.substring(at, end));
      at = end;
    }
    return pieces;
  }

  /// Its lines, without their ends.
  public List<String> lines() {
    return text().lines().toList();
  }

  /// Its lines that are JSON objects.
  public List<Json.Obj> objects() {
    List<Json.Obj> objects = new ArrayList<>();
    for (String line : lines()) {
      try {
        if (Json.parse(line) instanceof Json.Obj object) objects.add(object);
      } catch (JsonException none) {
        // One of the others.
      }
    }
    return objects;
  }
}
