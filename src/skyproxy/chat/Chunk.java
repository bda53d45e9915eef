package skyproxy.chat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import skyproxy.json.Json;

/// A `chat.completion.chunk` (or, for a request that does not stream, a whole `chat.completion`)
/// that an upstream wrote, read once. Immutable.
///
/// It travels whole, since members that we have never heard of must pass, and goes on in the very
/// text that came unless something was changed. What is of an odd type counts as absent: the reply
/// of a server that is careless about a member nobody reads must not fail for it.
/// https://platform.openai.com/docs/api-reference/chat-streaming
public final class Chunk implements Event {
  private static final Json.Obj NOTHING = Json.Obj.builder().build();
  private static final Pattern INDEX = Pattern.compile("\\d{1,4}");

  private final Json.Obj body;
  private final String source;
  private final List<Choice> choices;
  private final boolean whole;
  private final boolean calls;
  private final boolean visible;
  private final boolean answers;
  private final FinishReason finishReason;

  private Chunk(Json.Obj body, String source, List<Choice> choices) {
    this.body = body;
    this.source = source;
    this.choices = choices;
    boolean whole = false;
    boolean calls = false;
    boolean visible = false;
    boolean answers = false;
    String reason = null;
    for (Choice choice : choices) {
      whole |= choice.whole;
      calls |= choice.calls;
      visible |= choice.visible;
      answers |= choice.answers;
      if (reason == null) reason = choice.finishReason;
    }
    this.whole = whole;
    this.calls = calls;
    this.visible = visible;
    this.answers = answers;
    finishReason = reason == null ? null : FinishReason.parse(reason);
  }

  /// A chunk that we write ourselves.
  public static Chunk of(Json.Obj body) {
    return of(body, null);
  }

  /// Reads what an upstream wrote.
  ///
  /// @param source the text that `body` was parsed from, null when there is none
  public static Chunk of(Json.Obj body, String source) {
    List<Choice> choices = new ArrayList<>(1);
    if (body.get("choices") instanceof Json.Arr(var items)) {
      for (int i = 0; i < items.size(); i++) {
        if (items.get(i) instanceof Json.Obj json) choices.add(Choice.of(json, i));
      }
    }
    return new Chunk(body, source, choices);
  }

  /// The number of a choice, or of a tool call of one.
  ///
  /// @param position the number it has when it names none
  public static int index(Json.Obj object, int position) {
    return object.get("index") instanceof Json.Num number && INDEX.matcher(number.text()).matches()
        ? number.intValue() : position;
  }

  /// All of it.
  public Json.Obj body() {
    return body;
  }

  /// The choices that are objects, in their order.
  public List<Choice> choices() {
    return choices;
  }

  /// The tokens that it tells of; null when it does not.
  public Usage usage() {
    return body.get("usage") instanceof Json.Obj counted ? Usage.read(counted) : null;
  }

  /// What is spoken in it, maybe "".
  public String text() {
    for (Choice choice : choices) {
      if (choice.content != null) return choice.content;
    }
    return "";
  }

  /// Whether a choice of it is a whole answer and not a piece of one.
  public boolean whole() {
    return whole;
  }

  @Override
  public int length() {
    return text().length();
  }

  @Override
  public boolean calls() {
    return calls;
  }

  @Override
  public boolean visible() {
    return visible;
  }

  @Override
  public boolean answers() {
    return answers;
  }

  /// A word that we do not know counts as [FinishReason#STOP].
  @Override
  public FinishReason finishReason() {
    return finishReason;
  }

  /// The error that an upstream reports inside a success: the value of an `error` member, or
  /// [Json#NULL] where only a `finish_reason` tells of it. Java's null when there is none.
  public Json error() {
    if (isError(body.get("error"))) return body.get("error");
    for (Choice choice : choices) {
      if (isError(choice.json.get("error"))) return choice.json.get("error");
    }
    return fault() == null ? null : Json.NULL;
  }

  /// The `finish_reason` that says that the answer is not whole; null when none does.
  public String fault() {
    if (finishReason == null) return null;
    for (Choice choice : choices) {
      String word = choice.finishReason;
      if (word != null && FinishReason.tellsFault(word)) return word;
    }
    return null;
  }

  /// The same chunk with its `finish_reason` in words that clients know; the very same object when
  /// it is.
  public Chunk inKnownWords() {
    return finishReason == null ? this : edit(Choice::inKnownWords);
  }

  /// The same completion with what OpenAI's always have and this one lacks; the very same object
  /// when it lacks nothing.
  ///
  /// @param lacking members of a completion that are put where there are none
  public Chunk completed(Json.Obj lacking) {
    Chunk told = edit(Choice::completed);
    Json.Obj full = told.body;
    for (var member : lacking.members().entrySet()) {
      boolean missing = full.get(member.getKey()) == null || full.get(member.getKey()) == Json.NULL;
      if (missing) full = full.with(member.getKey(), member.getValue());
    }
    return full == told.body ? told : new Chunk(full, null, told.choices);
  }

  private static boolean isError(Json error) {
    return switch (error) {
      case Json.Obj _, Json.Arr _ -> holds(error);
      case Json.Str text -> !text.value().isBlank();
      case Json.Bool bool -> bool.value();
      case Json.Num _ -> true;
      case Json.Null _ -> false;
      case null -> false;
    };
  }

  private static boolean holds(Json value) {
    return value instanceof Json.Obj object && !object.members().isEmpty()
        || value instanceof Json.Arr array && !array.items().isEmpty();
  }

  /// Whether there is still something in it to be sent, after a part was taken out.
  public boolean informs() {
    if (visible || finishReason != null || holds(body.get("usage"))) return true;
    for (Choice choice : choices) {
      if (choice.content != null && !choice.content.isEmpty()) return true;
      if (!choice.text("reasoning_content").isEmpty()) return true; // a blank between two words
    }
    return false;
  }

  /// The same chunk with other choices in place; the very same object when none of them changed.
  public Chunk edit(UnaryOperator<Choice> change) {
    List<Choice> edited = null;
    for (int i = 0; i < choices.size(); i++) {
      Choice now = change.apply(choices.get(i));
      if (now == choices.get(i)) continue;
      if (edited == null) edited = new ArrayList<>(choices);
      edited.set(i, now);
    }
    if (edited == null) return this;
    List<Json> items = new ArrayList<>(((Json.Arr) body.get("choices")).items());
    for (Choice choice : edited) items.set(choice.position, choice.json);
    return new Chunk(body.with("choices", new Json.Arr(items)), null, edited);
  }

  /// The same chunk without its count of tokens.
  public Chunk withoutUsage() {
    return new Chunk(body.without("usage"), null, choices);
  }

  /// A chunk of the same reply that says something else, without this one's count of tokens.
  public Chunk sibling(Json.Arr choices) {
    return of(body.without("usage").with("choices", choices));
  }

  /// A choice for [#sibling].
  ///
  /// @param finishReason null as long as the choice goes on
  public static Json.Obj choice(int index, Json.Obj delta, String finishReason) {
    return Json.Obj.builder().put("index", index).put("delta", delta)
        .put("finish_reason", finishReason == null ? Json.NULL : new Json.Str(finishReason))
        .build();
  }

  /// The text to be sent: the one that came, unless something was changed or it holds a Unicode
  /// escape or a raw line break, which clients have shown to the player or stumbled over. Bytes
  /// that were no UTF-8 have been mended when they became a text.
  public String json() {
    boolean asItCame = source != null && source.startsWith("{") && source.indexOf('\n') < 0
        && source.indexOf('\r') < 0 && !source.contains("\\u");
    return asItCame ? source : body.toString();
  }

  /// Chunks are equal when they say the same, in whatever text.
  @Override
  public boolean equals(Object other) {
    return other instanceof Chunk chunk && body.equals(chunk.body);
  }

  @Override
  public int hashCode() {
    return body.hashCode();
  }

  @Override
  public String toString() {
    return body.toString();
  }

  /// One of the answers asked for, as far as we have to know it.
  public static final class Choice {
    private final int position;
    private final int index;
    private final Json.Obj json;
    private final boolean whole;
    private final Json.Obj delta;
    private final String content;
    private final String finishReason;
    private final boolean calls;
    private final boolean answers;
    private final boolean visible;

    private Choice(int position, int index, Json.Obj json, boolean whole, Json.Obj delta) {
      this.position = position;
      this.index = index;
      this.json = json;
      this.whole = whole;
      this.delta = delta;
      content = switch (delta.get("content")) {
        case Json.Str text -> text.value();
        case Json.Arr parts -> joined(parts, "text");
        case null, default -> null;
      };
      finishReason = reason(json.get("finish_reason"));
      calls = delta.get("tool_calls") instanceof Json.Arr array && !array.items().isEmpty();
      // A refusal in a member of its own is none: the game reads the content alone.
      answers = content != null && !content.isBlank()
          || holds(delta.get("tool_calls")) || holds(delta.get("function_call"))
          || holds(delta.get("images")) || holds(delta.get("audio"));
      visible = answers || !text("reasoning_content").isBlank() || !text("reasoning").isBlank();
    }

    /// A word, or an object with one (SGLang's).
    private static String reason(Json told) {
      return switch (told) {
        case Json.Str word -> word.value().isBlank() ? null : word.value();
        case Json.Obj object -> reason(object.get("type"));
        case null, default -> null;
      };
    }

    private Choice inKnownWords() {
      if (finishReason == null) return this;
      Json known = new Json.Str(FinishReason.known(finishReason));
      return known.equals(json.get("finish_reason")) ? this
          : new Choice(position, index, json.with("finish_reason", known), whole, delta);
    }

    private Choice completed() {
      if (!whole) return this;
      Choice named = introduces() ? this : saying(delta.with("role", new Json.Str("assistant")));
      Json.Obj full = named.json;
      if (full.get("index") == null) full = full.with("index", Json.Num.of(index));
      Json end = new Json.Str(calls ? "tool_calls" : "stop");
      if (finishReason == null) full = full.with("finish_reason", end);
      return full == json ? this : new Choice(position, index, full, whole, named.delta);
    }

    private static Choice of(Json.Obj json, int position) {
      boolean whole = json.get("message") instanceof Json.Obj;
      return new Choice(position, Chunk.index(json, position), json, whole,
          json.get(whole ? "message" : "delta") instanceof Json.Obj object ? object : NOTHING);
    }

    /// Which of the answers; 0 when there is one.
    public int index() {
      return index;
    }

    /// All of it.
    public Json.Obj json() {
      return json;
    }

    /// Whether this is a whole answer and not a piece of one.
    public boolean whole() {
      return whole;
    }

    /// Its `delta` or `message`, maybe empty.
    public Json.Obj delta() {
      return delta;
    }

    /// The text that is spoken, null when there is none. Servers that send parts (Mistral's do)
    /// mark those that are thoughts.
    public String content() {
      return content;
    }

    /// The text of the content's parts that are marked as thoughts, maybe "".
    public String thoughtParts() {
      return delta.get("content") instanceof Json.Arr parts ? joined(parts, "thinking") : "";
    }

    private static String joined(Json.Arr parts, String type) {
      StringBuilder text = new StringBuilder();
      for (Json item : parts.items()) {
        if (!(item instanceof Json.Obj part)
            || !(part.get("type") instanceof Json.Str kind) || !kind.value().equals(type)) {
          continue;
        }
        switch (part.get(type)) {
          case Json.Str words -> text.append(words.value());
          case Json.Arr inner -> text.append(joined(inner, "text"));
          case null, default -> { }
        }
      }
      return text.toString();
    }

    /// The text of a member of its delta, "" when there is none.
    public String text(String name) {
      return delta.get(name) instanceof Json.Str text ? text.value() : "";
    }

    /// Why it has ended, in the upstream's word; null when it goes on.
    public String finishReason() {
      return finishReason;
    }

    /// Whether it says who speaks.
    public boolean introduces() {
      return delta.get("role") != null;
    }

    /// Whether it holds a tool call.
    public boolean calls() {
      return calls;
    }

    /// Whether a client notices something of it.
    public boolean visible() {
      return visible;
    }

    /// The same choice saying something else; the very same object when that is no change.
    public Choice saying(Json.Obj other) {
      return other == delta ? this : new Choice(position, index,
          json.with(whole ? "message" : "delta", other), whole, other);
    }
  }
}
