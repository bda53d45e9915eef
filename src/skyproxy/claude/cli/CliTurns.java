package skyproxy.claude.cli;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import skyproxy.chat.ChatException;
import skyproxy.chat.ChatRequest;
import skyproxy.chat.Failure;
import skyproxy.chat.Message;
import skyproxy.chat.Message.Role;
import skyproxy.chat.ToolChoice;
import skyproxy.claude.messages.Conversation;
import skyproxy.claude.messages.ModelRules;
import skyproxy.claude.messages.Thinking;
import skyproxy.json.Json;

/// All that is said to a CLI process for one request, in parts. Pure; one instance a try.
///
/// The CLI puts an assistant's turn into its history at once, but a user's only after the next
/// `result`: sent in one go, all of the assistant's turns would come first. So each user's turn
/// that is followed by an assistant's ends a part, and the next part waits for that `result`:
/// 5 ms a turn, measured, 40 ms for the first one with all that comes before it.
final class CliTurns {
  private final ArrayDeque<List<Json.Obj>> parts = new ArrayDeque<>();

  /// @throws ChatException with a [Failure.BadRequest] when this mode can't answer the request
  CliTurns(ChatRequest request) {
    refuseTools(request);
    Conversation talk = Conversation.of(request, false, false);
    List<Json.Obj> part = new ArrayList<>();
    part.add(StreamJson.initialize(system(talk, request)));
    Json.Obj thinking = thinking(request);
    if (thinking != null) part.add(thinking);
    int last = talk.turns().size() - 1;
    for (int i = 0; i <= last; i++) {
      Conversation.Turn turn = talk.turns().get(i);
      if (!turn.user()) {
        part.add(StreamJson.assistant(turn.blocks()));
      } else {
        part.add(StreamJson.user(turn.blocks(), i == last));
        parts.add(part);
        part = new ArrayList<>();
      }
    }
  }

  /// What is to be said now; after the first part, once the history so far was taken in.
  List<Json.Obj> next() {
    return parts.poll();
  }

  /// Whether all was said, so that what comes next is the answer.
  boolean done() {
    return parts.isEmpty();
  }

  private static void refuseTools(ChatRequest request) {
    boolean offered = !request.tools().isEmpty()
        && request.toolChoice().mode() != ToolChoice.Mode.NONE;
    if (offered) throw unsupported("tools");
    for (Message message : request.messages()) {
      boolean used = message.role() == Role.TOOL || message.role() == Role.FUNCTION
          || !message.toolCalls().isEmpty();
      if (used) throw unsupported("messages");
    }
  }

  private static ChatException unsupported(String param) {
    return new ChatException(new Failure.BadRequest(
        "Claude can't call tools in the mode 'cli'. Remove "
            + (param.equals("tools") ? "tools" : "the tool calls from " + param)
            + ", or set anthropic_api_key for the mode 'api-key', or choose another model.",
        param, "unsupported_in_cli_mode"));
  }

  private static String system(Conversation talk, ChatRequest request) {
    List<String> texts = new ArrayList<>(talk.systems());
    String form = request.responseFormat().inWords();
    if (form != null) texts.add(form);
    return String.join("\n\n", texts);
  }

  /// What differs from how the process was started, which is with the lowest effort; or null.
  ///
  /// A model that refuses to have its thinking turned off is not asked to: 2.1.197 would send it
  /// `disabled` all the same.
  private static Json.Obj thinking(ChatRequest request) {
    ModelRules rules = ModelRules.of(request.model());
    Thinking wish = Thinking.of(rules, request.reasoning(), request.maxTokens(), true);
    if (wish.on() && rules.adaptive()) {
      return wish.effort() == null || wish.effort().equals(ModelRules.LOWEST_EFFORT) ? null
          : StreamJson.effort(wish.effort());
    }
    if (wish.on() && wish.parameter().get("budget_tokens") instanceof Json.Num budget) {
      return StreamJson.thinkingTokens(budget.longValue());
    }
    return switch (rules.thinkingOff()) {
      case OMIT, DISABLED -> StreamJson.thinkingTokens(0);
      case BETWEEN_TOOLS, NEVER -> null;
    };
  }
}
