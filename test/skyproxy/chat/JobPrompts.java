package skyproxy.chat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import skyproxy.json.Json;

/// Prompts that are like the game's, edited, reshaped and translated, each with what it is for.
///
/// A file holds blocks, each opened by a line: `=== define NAME` is put in place of `{NAME}`;
/// `=== JOB` or `=== JOB stream` is a prompt, whose messages are opened by their role in brackets.
/// `query` as a job is the one that writes words to search a memory for; a line `<image>` is a
/// picture.
public record JobPrompts(String file, int number, Purpose purpose, boolean stream,
    List<Json> messages) {
  private static final Path FOLDER = Path.of("test/fixtures/jobs");
  private static final String PICTURE = "<image>";

  static List<JobPrompts> all() throws IOException {
    List<JobPrompts> all = new ArrayList<>();
    try (var files = Files.list(FOLDER)) {
      for (Path file : files.sorted().toList()) all.addAll(read(file));
    }
    return all;
  }

  public static List<JobPrompts> read(Path file) throws IOException {
    List<JobPrompts> prompts = new ArrayList<>();
    Map<String, String> defined = new HashMap<>();
    for (String block : Files.readString(file).split("(?m)^=== ")) {
      if (block.isBlank()) continue;
      String head = block.substring(0, block.indexOf('\n')).strip();
      String body = block.substring(block.indexOf('\n') + 1).strip();
      if (head.startsWith("define ")) {
        defined.put('{' + head.substring(7) + '}', body);
        continue;
      }
      for (var one : defined.entrySet()) body = body.replace(one.getKey(), one.getValue());
      String job = head.split(" ")[0];
      prompts.add(new JobPrompts(file.getFileName().toString(), prompts.size() + 1,
          job.equals("query") ? Purpose.SEARCH_QUERY : new Purpose(named(job)),
          head.endsWith(" stream"), messages(body)));
    }
    return prompts;
  }

  ChatRequest request(Integer maxTokens) {
    Json.Obj.Builder body = Json.Obj.builder()
        .put("messages", new Json.Arr(messages)).put("stream", stream);
    if (maxTokens != null) body.put("max_tokens", maxTokens);
    return ChatRequest.parse(body.build(), ChatRequest.Caller.UNKNOWN);
  }

  private static Job named(String wireName) {
    Job job = Job.parse(wireName);
    if (!job.wireName().equals(wireName)) throw new AssertionError("no such job: " + wireName);
    return job;
  }

  private static List<Json> messages(String body) {
    List<Json> messages = new ArrayList<>();
    for (String part : body.split("(?m)^\\[(?=(?:system|user|assistant)\\]$)")) {
      if (part.isBlank()) continue;
      int end = part.indexOf(']');
      messages.add(Json.Obj.builder().put("role", part.substring(0, end))
          .put("content", content(part.substring(end + 1).strip())).build());
    }
    return messages;
  }

  private static Json content(String text) {
    if (!text.contains(PICTURE)) return new Json.Str(text);
    List<Json> parts = new ArrayList<>();
    String words = text.replace(PICTURE, "").strip();
    if (!words.isEmpty()) {
      parts.add(Json.Obj.builder().put("type", "text").put("text", words).build());
    }
    Json url = Json.Obj.builder().put("url", "data:image/png;base64,AAAA").build();
    parts.add(Json.Obj.builder().put("type", "image_url").put("image_url", url).build());
    return new Json.Arr(parts);
  }
}
