package skyproxy.codex;

import skyproxy.chat.ChatException;
import skyproxy.chat.ChatRequest;
import skyproxy.chat.Failure;
import skyproxy.chat.Message.Part;
import skyproxy.json.Json;

/// Writes a request as one text, for `codex exec`, which takes nothing else. Pure.
///
/// Pictures it takes by files only, and nothing of a prompt is to lie on a disk.
final class ExecEncoder {
  private final CodexEncoder encoder;

  /// @param why the app-server can't be used, for a message
  /// @throws ChatException when the request asks for what exec can't do
  ExecEncoder(ChatRequest request, String why) {
    encoder = new CodexEncoder(request, true);
    Part.Image picture = encoder.picture();
    if (picture == null) return;
    throw new ChatException(new Failure.BadRequest("This version of Codex can't be sent pictures ("
        + why + "). Update it: npm install -g @openai/codex", picture.path(),
        "unsupported_in_cli_mode"));
  }

  /// The whole conversation, with who speaks where more than one turn was spoken.
  String transcript() {
    StringBuilder all = new StringBuilder();
    for (Json item : encoder.items()) all.append(spoken((Json.Obj) item)).append("\n\n");
    boolean alone = all.isEmpty();
    all.append(alone ? "" : "User: ");
    for (Part part : encoder.input()) all.append(((Part.Text) part).text()).append('\n');
    if (!alone) {
      all.append("\nWrite the Assistant's next turn, and nothing but its text.");
    }
    return all.toString();
  }

  private static String spoken(Json.Obj item) {
    if (!(item.get("content") instanceof Json.Arr(var content))) return item.toString();
    StringBuilder text = new StringBuilder(switch (((Json.Str) item.get("role")).value()) {
      case "user" -> "User: ";
      case "assistant" -> "Assistant: ";
      default -> "";
    });
    for (Json part : content) text.append(((Json.Str) ((Json.Obj) part).get("text")).value());
    return text.toString();
  }
}
