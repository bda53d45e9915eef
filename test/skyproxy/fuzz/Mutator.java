package skyproxy.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import skyproxy.json.Json;
import skyproxy.json.JsonException;

/// Makes inputs of samples: bytes are changed anywhere, samples are put together, and where there
/// is JSON in a line, a value of it gives way to one that is odd in its place.
final class Mutator {
  private static final int LONGEST = 60_000;

  private static final List<String> TOKENS = List.of("\n", "\r", "\r\n", "\n\n", "data: ",
      "data:", "event: ", "event: error\n", ": ", "id: 1\n", "[DONE]", "data: [DONE]\n\n",
      "\uFEFF", "\u2028", "\0", "\\", "\\u", "\\ud83d", "\"", "{", "}", "[", "]", ",", ":",
      "null", "true", "-", "0", "1e999", "1E-400", "-0", "00", "99999999999999999999", "0.1e+",
      "é", "😀", "<think>", "</think>", "<think", "<|channel|>", "<|start|>", "<|message|>",
      "[THINK]", "[/THINK]", "<", ">", "ACTION: ", "http://", "@", "%", ".", "::1", "Bearer ",
      "sk-or-0123456789", " ", "\t");

  private static final List<String> VALUES = List.of("null", "true", "false", "0", "-1", "1.5",
      "1e400", "-1e400", "1e-400", "9223372036854775807", "9223372036854775808",
      "-9223372036854775808", "99999999999999999", "253402300800", "31556889864403200",
      "4294967296", "2147483648", "\"\"", "\" \"", "\"\\u0000\"", "\"\\ud83d\"", "\"\\ude00x\"",
      "\"error\"", "\"429\"", "\"{\\\"error\\\":{}}\"", "\"[1]\"", "[]", "{}", "[[]]", "[null]",
      "[{}]", "{\"\":null}", "[\"a\",1,{\"b\":[]}]", "{\"type\":1}",
      "{\"error\":{\"message\":5}}");

  private final Random random;

  Mutator(Random random) {
    this.random = random;
  }

  /// An input that is made of the samples.
  byte[] input(List<byte[]> samples) {
    byte[] made = random.nextInt(12) == 0 ? grown() : any(samples);
    for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
      made = random.nextInt(3) == 0 ? inJson(made) : inBytes(made, samples);
      if (made.length > LONGEST) made = Arrays.copyOf(made, LONGEST);
    }
    return made;
  }

  private byte[] any(List<byte[]> samples) {
    return samples.get(random.nextInt(samples.size()));
  }

  private <T> T one(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  /// An input of no sample: tokens, or random JSON.
  private byte[] grown() {
    if (random.nextBoolean()) return json(4).toString().getBytes(UTF_8);
    StringBuilder text = new StringBuilder();
    for (int left = random.nextInt(60); left > 0; left--) text.append(one(TOKENS));
    return text.toString().getBytes(UTF_8);
  }

  private byte[] inBytes(byte[] sample, List<byte[]> samples) {
    int at = random.nextInt(sample.length + 1);
    int end = at + random.nextInt(Math.min(sample.length - at, 1 << random.nextInt(12)) + 1);
    return switch (random.nextInt(8)) {
      case 0 -> with(sample, at, Math.min(at + 1, sample.length),
          new byte[] {(byte) random.nextInt(256)});
      case 1 -> with(sample, at, end, new byte[0]);
      case 2 -> with(sample, at, at, Arrays.copyOfRange(sample, at, end));
      case 3 -> with(sample, at, at, one(TOKENS).getBytes(UTF_8));
      case 4 -> with(sample, at, end, one(TOKENS).getBytes(UTF_8));
      case 5 -> Arrays.copyOf(sample, at);
      case 6 -> repeated(sample, at, end);
      default -> spliced(sample, at, any(samples));
    };
  }

  private byte[] repeated(byte[] sample, int at, int end) {
    var piece = new ByteArrayOutputStream();
    for (int times = random.nextInt(50); times > 0; times--) {
      piece.write(sample, at, end - at);
    }
    return with(sample, at, at, piece.toByteArray());
  }

  private byte[] spliced(byte[] sample, int at, byte[] other) {
    return with(sample, at, sample.length,
        Arrays.copyOfRange(other, random.nextInt(other.length + 1), other.length));
  }

  private static byte[] with(byte[] sample, int from, int to, byte[] instead) {
    var made = new ByteArrayOutputStream();
    made.write(sample, 0, from);
    made.writeBytes(instead);
    made.write(sample, to, sample.length - to);
    return made.toByteArray();
  }

  /// Changes the JSON of a line, or that which the whole is.
  private byte[] inJson(byte[] sample) {
    String text = new String(sample, UTF_8);
    String[] lines = text.split("(?<=\n)");
    int which = random.nextInt(lines.length);
    if (lines.length > 1 && text.stripLeading().startsWith("{") && random.nextBoolean()) {
      String whole = changed(text);
      if (whole != null) return whole.getBytes(UTF_8);
    }
    int start = lines[which].indexOf('{');
    if (start < 0) return sample;
    String changed = changed(lines[which].substring(start));
    if (changed == null) return sample;
    lines[which] = lines[which].substring(0, start) + changed
        + (lines[which].endsWith("\n") ? "\n" : "");
    return String.join("", lines).getBytes(UTF_8);
  }

  /// Null where it is no JSON.
  private String changed(String text) {
    try {
      return changed(Json.parse(text)).toString();
    } catch (JsonException none) {
      return null;
    }
  }

  private Json changed(Json value) {
    boolean here = random.nextInt(4) == 0;
    return switch (value) {
      case Json.Obj object when !here && !object.members().isEmpty() -> {
        String name = one(List.copyOf(object.members().keySet()));
        yield switch (random.nextInt(10)) {
          case 0 -> object.without(name);
          case 1 -> object.with(name + random.nextInt(3), object.get(name));
          default -> object.with(name, changed(object.get(name)));
        };
      }
      case Json.Arr(var items) when !here && !items.isEmpty() -> {
        List<Json> changed = new ArrayList<>(items);
        int at = random.nextInt(items.size());
        switch (random.nextInt(6)) {
          case 0 -> changed.remove(at);
          case 1 -> changed.add(at, items.get(at));
          default -> changed.set(at, changed(items.get(at)));
        }
        yield new Json.Arr(changed);
      }
      default -> random.nextInt(4) == 0 ? json(3) : Json.parse(one(VALUES));
    };
  }

  private Json json(int depth) {
    int kind = random.nextInt(depth == 0 ? 2 : 4);
    if (kind == 0) return Json.parse(one(VALUES));
    if (kind == 1) return new Json.Str(one(TOKENS) + one(TOKENS));
    if (kind == 2) {
      List<Json> items = new ArrayList<>();
      for (int left = random.nextInt(5); left > 0; left--) items.add(json(depth - 1));
      return new Json.Arr(items);
    }
    Json.Obj.Builder object = Json.Obj.builder();
    Map<String, Json> members = new TreeMap<>();
    for (int left = random.nextInt(5); left > 0; left--) {
      members.put(one(TOKENS), json(depth - 1));
    }
    members.forEach(object::put);
    return object.build();
  }
}
