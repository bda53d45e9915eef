package skyproxy.codex;

import java.util.ArrayList;
import java.util.List;
import skyproxy.chat.ChatException;
import skyproxy.chat.ChatRequest;
import skyproxy.chat.Failure;
import skyproxy.chat.Message;
import skyproxy.chat.Message.Part;
import skyproxy.chat.Message.Role;
import skyproxy.chat.Reasoning.Effort;
import skyproxy.chat.ResponseFormat.Kind;
import skyproxy.json.Json;
import skyproxy.speech.OutputLimit;

/// Writes a request as Codex wants it: what came before as items of the Responses API, the last
/// user turn as the input of a new turn. Pure.
/// https://platform.openai.com/docs/api-reference/responses/create
///
/// Instructions become `developer` items where they stand: an item with the role `system` is
/// accepted and silently dropped. `temperature`, `top_p` and penalties have no place in Codex and
/// are left out.
final class CodexEncoder {
  private static final String CONTINUE = "Continue.";
  private static final List<String> EFFORTS =
      List.of("none", "minimal", "low", "medium", "high", "xhigh", "max", "ultra");

  private final ChatRequest request;
  private final List<Said> said = new ArrayList<>();
  private final boolean schemaInWords;
  private final List<List<Part>> spoken = new ArrayList<>();
  private String speaker;

  /// One item of the conversation; `item` is given ready for what is no message.
  private record Said(String role, List<Part> parts, Json.Obj item) {

    /// With what one message after the other of that role says.
    static Said of(String role, List<List<Part>> messages) {
      List<Part> parts = new ArrayList<>();
      List<String> run = new ArrayList<>();
      for (List<Part> message : messages) {
        for (int i = 0; i < message.size(); i++) {
          Part part = message.get(i);
          if (i > 0 || !(part instanceof Part.Text)) close(run, parts);
          if (part instanceof Part.Text(var text)) run.add(text);
          else parts.add(part);
        }
      }
      close(run, parts);
      return new Said(role, parts, null);
    }

    /// A blank line between two texts.
    private static void close(List<String> run, List<Part> parts) {
      if (run.isEmpty()) return;
      parts.add(new Part.Text(run.size() == 1 ? run.getFirst() : String.join("\n\n", run)));
      run.clear();
    }
  }

  /// @param schemaInWords whether a JSON schema goes into the prompt, for models that refuse it
  /// @throws ChatException when the request asks for what Codex can't do
  CodexEncoder(ChatRequest request, boolean schemaInWords) {
    this.request = request;
    this.schemaInWords = schemaInWords;
    refuseTools();
    request.messages().forEach(this::add);
    endTurn();
    settle();
  }

  private void refuseTools() {
    if (request.tools().isEmpty()) return;
    switch (request.toolChoice().mode()) {
      case NONE -> { }
      case AUTO, REQUIRED, FUNCTION -> throw new ChatException(new Failure.BadRequest(
          "Codex models can't be given tools through this proxy. Use an OpenRouter model for "
              + "requests with tools.", "tools", "unsupported_in_cli_mode"));
    }
  }

  private void add(Message message) {
    switch (message.role()) {
      case SYSTEM, DEVELOPER -> add("developer", message.parts());
      case USER -> add("user", message.parts());
      case ASSISTANT -> {
        if (!message.parts().isEmpty()) add("assistant", message.parts());
        for (Message.ToolUse call : message.toolCalls()) {
          item(Json.Obj.builder().put("type", "function_call").put("call_id", call.id())
              .put("name", call.name()).put("arguments", call.arguments()).build());
        }
      }
      case TOOL -> item(Json.Obj.builder().put("type", "function_call_output")
          .put("call_id", message.toolCallId()).put("output", message.text()).build());
      case FUNCTION -> add("user",
          List.of(new Part.Text(message.name() + " returned: " + message.text())));
    }
  }

  private void item(Json.Obj item) {
    endTurn();
    said.add(new Said("item", List.of(), item));
  }

  /// Turns of one role in a row become one, a blank line between them.
  private void add(String role, List<Part> parts) {
    List<Part> known = new ArrayList<>();
    for (Part part : parts) {
      switch (part) {
        case Part.Text text -> {
          if (!text.text().isBlank()) known.add(text);
        }
        case Part.Image image -> known.add(inline(image));
        case Part.Unknown(var type, var path) -> throw new ChatException(new Failure.BadRequest(
            path + " has the type '" + type + "', which Codex does not take",
            path, "invalid_value"));
      }
    }
    if (known.isEmpty()) return;
    if (!role.equals(speaker)) endTurn();
    speaker = role;
    spoken.add(known);
  }

  private void endTurn() {
    if (!spoken.isEmpty()) said.add(Said.of(speaker, spoken));
    spoken.clear();
    speaker = null;
  }

  /// Codex fetches no pictures, and neither do we: an address in a prompt is no reason to call it.
  private static Part.Image inline(Part.Image image) {
    if (image.base64() != null) return image;
    throw new ChatException(new Failure.BadRequest(image.path() + " must be a data: URL for Codex: "
        + "it takes no pictures by their address", image.path(), "unsupported_in_cli_mode"));
  }

  /// Sees to it that the conversation begins and ends with the user: only a user's turn can be
  /// a turn's input. Instructions behind the last one come before it.
  private void settle() {
    if (said.stream().allMatch(one -> one.role.equals("developer"))) {
      Message last = request.messages().getLast();
      said.clear();
      request.messages().subList(0, request.messages().size() - 1).forEach(this::add);
      add("user", last.parts());
      endTurn();
      return;
    }
    int first = 0;
    while (said.get(first).role.equals("developer")) first++;
    if (said.get(first).role.equals("assistant")) {
      said.add(first, new Said("user", List.of(new Part.Text(CONTINUE)), null));
    }
    int last = said.size() - 1;
    boolean instructedLast = said.get(last).role.equals("developer");
    if (instructedLast && said.get(last - 1).role.equals("user")) {
      said.add(said.remove(last - 1));
    } else if (!said.get(last).role.equals("user")) {
      said.add(new Said("user", List.of(new Part.Text(CONTINUE)), null));
    }
  }

  /// What the last user turn consists of.
  List<Part> input() {
    return said.getLast().parts;
  }

  /// The first picture, or null.
  Part.Image picture() {
    for (Said one : said) {
      for (Part part : one.parts) {
        if (part instanceof Part.Image image) return image;
      }
    }
    return null;
  }

  /// What came before the last user turn, for `thread/inject_items`.
  List<Json> items() {
    List<Json> items = new ArrayList<>();
    for (Said one : said.subList(0, said.size() - 1)) {
      items.add(one.item != null ? one.item : message(one.role, one.parts));
    }
    String words = strictSchema() != null ? null : request.responseFormat().inWords();
    if (words != null) items.add(message("developer", List.of(new Part.Text(words))));
    return items;
  }

  private static Json.Obj message(String role, List<Part> parts) {
    List<Json> content = new ArrayList<>();
    String type = role.equals("assistant") ? "output_text" : "input_text";
    for (Part part : parts) {
      content.add(part instanceof Part.Image image
          ? Json.Obj.builder().put("type", "input_image").put("image_url", image.url()).build()
          : Json.Obj.builder().put("type", type).put("text", ((Part.Text) part).text()).build());
    }
    return Json.Obj.builder().put("type", "message").put("role", role)
        .put("content", new Json.Arr(content)).build();
  }

  /// The parameters of `turn/start`, but for the thread.
  ///
  /// @param efforts those that the model takes; empty when unknown
  Json.Obj turn(List<String> efforts) {
    List<Json> input = new ArrayList<>();
    for (Part part : input()) {
      input.add(part instanceof Part.Image image
          ? Json.Obj.builder().put("type", "image").put("url", image.url()).build()
          : text(((Part.Text) part).text()));
    }
    var turn = Json.Obj.builder().put("input", new Json.Arr(input))
        .put("model", request.model())
        .put("effort", effort(request.reasoning().effort(), efforts))
        .put("summary", request.reasoning().shown() ? "auto" : "none");
    if (strictSchema() != null) turn.put("outputSchema", strictSchema());
    return turn.build();
  }

  private static Json.Obj text(String text) {
    return Json.Obj.builder().put("type", "text").put("text", text).build();
  }

  /// The wanted effort, or the nearest one below that the model takes, or its lowest.
  static String effort(Effort wanted, List<String> efforts) {
    if (efforts.isEmpty()) {
      return wanted.compareTo(Effort.LOW) < 0 ? Effort.LOW.wireName() : wanted.wireName();
    }
    int limit = EFFORTS.indexOf(wanted.wireName());
    String best = null;
    String lowest = null;
    for (String word : EFFORTS) {
      if (!efforts.contains(word)) continue;
      if (lowest == null) lowest = word;
      if (EFFORTS.indexOf(word) <= limit) best = word;
    }
    return best != null ? best : lowest != null ? lowest : efforts.getFirst();
  }

  /// The schema to be sent as such; null when there is none, or only words will do.
  private Json.Obj strictSchema() {
    return schemaInWords || request.responseFormat().kind() != Kind.JSON_SCHEMA ? null
        : StrictSchema.of(request.responseFormat().schema());
  }

  /// An estimate of the size of all texts.
  long promptTokens() {
    return request.messages().stream().mapToLong(one -> OutputLimit.tokens(one.text())).sum();
  }
}
