package skyproxy.claude.messages;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import skyproxy.chat.ChatException;
import skyproxy.chat.ChatRequest;
import skyproxy.chat.Failure;
import skyproxy.chat.Message;
import skyproxy.chat.Message.Part;
import skyproxy.json.Json;

/// The messages of a request in Anthropic's form: instructions apart, then turns that alternate,
/// the first and, where a model wants it so, the last of them the user's.
///
/// Instructions all go to the front, in their order, wherever they stood: what every model takes.
/// A request of instructions only is one user turn. Runs of one role become one turn: plain texts
/// are joined by a blank line, parts of lists stay parts. Text that is all blank is left out,
/// since Anthropic refuses it.
///
/// A cache knows a prefix by its blocks. Where it is to be used each message is a block of its own,
/// the later ones with the blank line before them: so a run that has grown begins as it did.
///
/// @param systems the instructions
/// @param turns never empty
public record Conversation(List<String> systems, List<Turn> turns) {
  private static final String GO_ON = "Continue.";

  /// One turn, in content blocks.
  public record Turn(boolean user, List<Json.Obj> blocks) {
    public Turn {
      blocks = List.copyOf(blocks);
    }

    /// `{"role":…,"content":[…]}`
    Json.Obj json() {
      return Json.Obj.builder().put("role", user ? "user" : "assistant")
          .put("content", new Json.Arr(new ArrayList<>(blocks))).build();
    }
  }

  /// Reads the messages of a request.
  ///
  /// @param prefill whether an assistant's turn may be the last one
  /// @param separate whether each message is a block of its own
  /// @throws ChatException with a [Failure.BadRequest] that names what Claude can't take
  public static Conversation of(ChatRequest request, boolean prefill, boolean separate) {
    List<Message> messages = request.messages();
    boolean alone = messages.stream().allMatch(message -> message.role().instructs());
    List<String> systems = new ArrayList<>();
    Builder builder = new Builder(separate);
    for (Message message : messages) {
      if (message.role().instructs() && !alone) {
        systems.add(instruction(message));
      } else {
        builder.add(message);
      }
    }
    return new Conversation(List.copyOf(systems), builder.finish(prefill));
  }

  private static String instruction(Message message) {
    for (Part part : message.parts()) {
      if (!(part instanceof Part.Text)) throw ContentBlocks.misplaced(part, "instructions");
    }
    return message.text();
  }

  /// Whether any turn calls a tool, and which.
  Set<String> toolNames() {
    Set<String> names = new LinkedHashSet<>();
    for (Turn turn : turns) {
      for (Json.Obj block : turn.blocks()) {
        if (block.get("type").equals(new Json.Str("tool_use"))) {
          names.add(((Json.Str) block.get("name")).value());
        }
      }
    }
    return names;
  }

  /// Whether the last turn answers tool calls. A model that is given a number of tokens to think
  /// with wants the thoughts behind those calls back then, and OpenAI's clients do not have them.
  boolean answersCalls() {
    return turns.getLast().blocks().getFirst().get("type").equals(new Json.Str("tool_result"));
  }

  /// Puts turns together, message by message.
  private static final class Builder {
    private final List<Turn> turns = new ArrayList<>();
    private final Set<String> unanswered = new LinkedHashSet<>();
    private final List<Json.Obj> results = new ArrayList<>();
    private final List<Json.Obj> content = new ArrayList<>();
    private final List<Json.Obj> calls = new ArrayList<>();
    private final List<String> run = new ArrayList<>(); // texts that become one
    private final boolean separate;
    private boolean user = true;
    private boolean joinable;

    private Builder(boolean separate) {
      this.separate = separate;
    }

    private void add(Message message) {
      boolean speaks = message.role() != Message.Role.ASSISTANT;
      if (speaks != user) endTurn();
      user = speaks;
      switch (message.role()) {
        case TOOL -> addResult(message);
        case FUNCTION -> addText("Function " + message.name() + " returned: " + message.text());
        case ASSISTANT -> {
          addParts(message);
          for (Message.ToolUse call : message.toolCalls()) {
            calls.add(ContentBlocks.toolUse(call));
          }
        }
        case USER, SYSTEM, DEVELOPER -> addParts(message);
      }
    }

    private void addParts(Message message) {
      List<Part> parts = message.parts();
      if (parts.size() == 1 && parts.getFirst() instanceof Part.Text(var text)) {
        addText(text);
        return;
      }
      endRun();
      for (Part part : parts) {
        if (!user && !(part instanceof Part.Text)) {
          throw ContentBlocks.misplaced(part, "assistant messages");
        }
        if (!ContentBlocks.isBlank(part)) content.add(ContentBlocks.of(part));
      }
    }

    private void addText(String text) {
      if (text.isBlank()) return;
      if (separate) {
        content.add(ContentBlocks.text(joinable ? "\n\n" + text : text));
      } else {
        run.add(text);
      }
      joinable = true;
    }

    /// What comes next is not joined with the texts before it.
    private void endRun() {
      if (!run.isEmpty()) {
        content.add(ContentBlocks.text(run.size() == 1 ? run.getFirst()
            : String.join("\n\n", run)));
      }
      run.clear();
      joinable = false;
    }

    /// The answer to a call that the turn before made; to any other call it is just text, since
    /// Anthropic refuses answers to calls that it does not see.
    private void addResult(Message message) {
      String id = ContentBlocks.toolId(message.toolCallId());
      if (unanswered.remove(id)) {
        results.add(ContentBlocks.toolResult(id, message.parts()));
      } else {
        addText("Tool returned: " + message.text());
      }
    }

    /// Answers come first in a turn, calls last. A call that nobody answered (its answer fell out
    /// of a client's window) gets an empty answer, or the whole request would be refused.
    private void endTurn() {
      endRun();
      if (user) {
        for (String id : unanswered) results.add(ContentBlocks.toolResult(id, List.of()));
        unanswered.clear();
      } else {
        for (Json.Obj call : calls) unanswered.add(((Json.Str) call.get("id")).value());
      }
      List<Json.Obj> blocks = new ArrayList<>(results);
      blocks.addAll(content);
      blocks.addAll(calls);
      if (!blocks.isEmpty()) {
        if (turns.isEmpty() && !user) turns.add(goOn());
        turns.add(new Turn(user, blocks));
      }
      results.clear();
      content.clear();
      calls.clear();
    }

    private List<Turn> finish(boolean prefill) {
      endTurn();
      boolean assistantLast = !turns.isEmpty() && !turns.getLast().user();
      if (turns.isEmpty()) {
        turns.add(goOn());
      } else if (assistantLast && (!prefill || !unanswered.isEmpty())) {
        user = true;
        addText(GO_ON);
        endTurn();
      } else if (assistantLast) {
        turns.add(withoutTrailingBlanks(turns.removeLast()));
      }
      return List.copyOf(turns);
    }

    private static Turn goOn() {
      return new Turn(true, List.of(ContentBlocks.text(GO_ON)));
    }

    /// A last word that ends in blank space is refused.
    private static Turn withoutTrailingBlanks(Turn turn) {
      List<Json.Obj> blocks = new ArrayList<>(turn.blocks());
      String text = ((Json.Str) blocks.removeLast().get("text")).value();
      blocks.add(ContentBlocks.text(text.stripTrailing()));
      return new Turn(false, blocks);
    }
  }
}
