package skyproxy.dashboard;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;
import skyproxy.json.Json;

/// Requests in the shapes that the game sends, about harmless things.
final class GameRequests {
  private static final String LYDIA = "You are Lydia, a Female Nord in Skyrim. You are speaking to"
      + " the Dragonborn, whose housecarl you are.";
  private static final int DIALOGUE_SIZE = 45_000;

  private GameRequests() {}

  static Json.Obj hello(String model) {
    return request(model, 4_096, false,
        message("system", LYDIA + " Answer in one short sentence."),
        message("user", "Lydia, are you with me?")).build();
  }

  /// What the game's own test of all models sends.
  static Json.Obj areYouWorking(String model) {
    return request(model, 100, false, message("user", "Hello there! Are you working?")).build();
  }

  /// Rules and a biography, a long history in short turns with runs of one speaker, instructions.
  static Json.Obj dialogue(String model) {
    List<Json> messages = new ArrayList<>();
    messages.add(message("system", LYDIA + "\n\n" + ("## Guidelines\nSpeak as Lydia would: plain,"
        + " loyal, dry. Stay in Skyrim, in the Fourth Era.\n").repeat(120)));
    int size = 14_000;
    for (int turn = 1; size < DIALOGUE_SIZE; turn++) {
      messages.add(message("user", "*Time passes on the road.* It is now Morndas, the "
          + turn + ". day of Frostfall."));
      messages.add(message("user", "Dragonborn: We are " + turn + " miles out of Whiterun. What do"
          + " you see ahead of us, and shall we rest here or go on while there is light?"));
      messages.add(message("assistant", "Wolves to the north, and smoke beyond the ridge. *Lydia"
          + " shifts her shield* We should go on, my Thane."));
      size += 300;
    }
    messages.add(message("user", "# Response Format\nOne or two short sentences, nothing else.\n\n"
        + "Respond in character now."));
    return request(model, 4_096, true, messages.toArray(Json[]::new)).build();
  }

  static Json.Obj systemOnly(String model) {
    return request(model, 4_000, false, message("system", "Generate a first-person memory for"
        + " Lydia of this event: the Dragonborn gave her a new sword. One sentence.")).build();
  }

  static Json.Obj oddMessages(String model) {
    return request(model, 4_096, false,
        message("assistant", "Back again, my Thane?"),
        message("system", LYDIA), message("system", "Answer in one short sentence."),
        message("user", ""),
        message("user", "Dragonborn: Привет, Лидия! — 你好 — żółć 🐉"),
        message("user", "Dragonborn: Say something kind."),
        message("assistant", "I am sworn to")).build();
  }

  static Json.Obj unknownFields(String model) {
    return request(model, 200, false, message("user", "Say: ready."))
        .put("top_k", 0).put("top_p", 1.0).put("frequency_penalty", 0).put("presence_penalty", 0)
        .put("stop", Json.Arr.of()).put("cache", true).put("route", "fallback")
        .put("provider", Json.Obj.builder().put("sort", "latency").build())
        .put("reasoning", Json.Obj.builder().put("enabled", false).build())
        .put("min_p", 0.05).put("repetition_penalty", 1.0).put("transforms", Json.Arr.of())
        .build();
  }

  static Json.Obj mood(String model) {
    return request(model, 100, false,
        message("system", "You are an AI mood analyzer for Skyrim."),
        message("user", "Lydia: I am sworn to carry your burdens."),
        message("user", "Respond with ONLY the most appropriate mood: HAPPY, SAD, ANGRY or"
            + " NEUTRAL.")).build();
  }

  static Json.Obj memory(String model) {
    return request(model, 4_000, false, message("user", "Generate a first-person memory of Lydia's:"
        + " she was given a sword. Answer with a JSON object with the members content and emotion,"
        + " both short."))
        .put("response_format", Json.Obj.builder().put("type", "json_object").build()).build();
  }

  static Json.Obj picture(String model) {
    Json text = Json.Obj.builder().put("type", "text")
        .put("text", "Which colour fills this picture? One word.").build();
    Json image = Json.Obj.builder().put("type", "image_url").put("image_url", Json.Obj.builder()
        .put("url", "data:image/png;base64," + redSquare()).build()).build();
    return request(model, 4_000, false, Json.Obj.builder().put("role", "user")
        .put("content", Json.Arr.of(text, image)).build()).build();
  }

  private static Json.Obj.Builder request(String model, int maxTokens, boolean stream,
      Json... messages) {
    return Json.Obj.builder().put("model", model).put("temperature", 0.7)
        .put("max_tokens", maxTokens).put("stream", stream)
        .put("messages", new Json.Arr(List.of(messages)));
  }

  private static Json message(String role, String text) {
    return Json.Obj.builder().put("role", role).put("content", text).build();
  }

  /// A PNG of 64 by 64 pixels: https://www.w3.org/TR/png-3/
  private static String redSquare() {
    int side = 64;
    byte[] row = new byte[1 + 3 * side];
    for (int x = 0; x < side; x++) row[1 + 3 * x] = (byte) 200;
    try {
      var pixels = new ByteArrayOutputStream();
      try (var out = new DeflaterOutputStream(pixels)) {
        for (int y = 0; y < side; y++) out.write(row);
      }
      var header = new ByteArrayOutputStream();
      var fields = new DataOutputStream(header);
      fields.writeInt(side);
      fields.writeInt(side);
      fields.write(new byte[] {8, 2, 0, 0, 0}); // eight bits, true colour
      var png = new ByteArrayOutputStream();
      var out = new DataOutputStream(png);
      out.write(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'});
      chunk(out, "IHDR", header.toByteArray());
      chunk(out, "IDAT", pixels.toByteArray());
      chunk(out, "IEND", new byte[0]);
      return Base64.getEncoder().encodeToString(png.toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void chunk(DataOutputStream out, String type, byte[] data) throws IOException {
    byte[] name = type.getBytes(US_ASCII);
    CRC32 sum = new CRC32();
    sum.update(name);
    sum.update(data);
    out.writeInt(data.length);
    out.write(name);
    out.write(data);
    out.writeInt((int) sum.getValue());
  }
}
