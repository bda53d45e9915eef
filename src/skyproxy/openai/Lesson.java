package skyproxy.openai;

import java.util.List;
import java.util.Locale;
import skyproxy.json.Json;

/// The change that a refusal asks for in the requests to one model.
///
/// A body that needs no change comes back as the very same object or an equal one: that is how it
/// is known that a refusal taught something new.
sealed interface Lesson
    permits Lesson.Without, Lesson.WithoutValue, Lesson.Renamed, Lesson.AtMost, Lesson.Context,
        Lesson.Efforts, Lesson.ThoughtsOff, MessageOrder {

  /// Values longer than this are not kept.
  int LONG = 200;

  /// A body as the model takes it.
  Json.Obj applied(Json.Obj body);

  /// The change in words, for the log.
  String words();

  /// Whether it holds for the one request alone that was refused.
  default boolean once() {
    return false;
  }

  /// Whether it takes the place of another.
  default boolean replaces(Lesson other) {
    return false;
  }

  /// A body changed by several, one after the other.
  static Json.Obj applied(List<? extends Lesson> lessons, Json.Obj body) {
    Json.Obj changed = body;
    for (Lesson lesson : lessons) changed = lesson.applied(changed);
    return changed;
  }

  /// A member that it does not take.
  record Without(String name) implements Lesson {
    @Override
    public String words() {
      return name + " is left out";
    }

    @Override
    public Json.Obj applied(Json.Obj body) {
      return body.without(name);
    }
  }

  /// A value that it does not take; others it may.
  record WithoutValue(String name, Json value) implements Lesson {
    @Override
    public String words() {
      return name + " is left out where it is as it was just now";
    }

    @Override
    public boolean once() {
      return value.toString().length() > LONG;
    }

    @Override
    public Json.Obj applied(Json.Obj body) {
      return value.equals(body.get(name)) ? body.without(name) : body;
    }
  }

  /// A member that goes by another name there.
  ///
  /// @param told whether the server has said so itself
  record Renamed(String from, String to, boolean told) implements Lesson {
    @Override
    public String words() {
      return from + " is called " + to;
    }

    @Override
    public Json.Obj applied(Json.Obj body) {
      Json value = body.get(from);
      if (value == null) return body;
      return body.get(to) == null ? body.with(to, value).without(from) : body.without(from);
    }
  }

  /// The largest that a number may be.
  record AtMost(String name, Json.Num most, boolean once) implements Lesson {
    @Override
    public String words() {
      return name + " is at most " + most;
    }

    @Override
    public boolean replaces(Lesson other) {
      return other instanceof AtMost(var named, _, _) && named.equals(name);
    }

    @Override
    public Json.Obj applied(Json.Obj body) {
      return body.get(name) instanceof Json.Num number
          && number.doubleValue() > most.doubleValue() ? body.with(name, most) : body;
    }
  }

  /// The room that a prompt and its answer share: what is left for the answer depends on the
  /// prompt, so only a limit that is sure to be refused is brought down.
  ///
  /// @param tokens those of the prompt that was refused
  /// @param length letters of that prompt, by which the tokens of another are estimated
  record Context(long limit, long tokens, int length) implements Lesson {
    @Override
    public String words() {
      return "prompt and answer share " + limit + " tokens";
    }

    @Override
    public boolean replaces(Lesson other) {
      return other instanceof Context;
    }

    static final List<String> MEMBERS = List.of("max_tokens", "max_completion_tokens");

    @Override
    public Json.Obj applied(Json.Obj body) {
      Json.Obj changed = body;
      for (String name : MEMBERS) {
        if (!(body.get(name) instanceof Json.Num asked)) continue;
        int now = length(body);
        long left = limit - (long) Math.ceil((double) tokens * now / length);
        double sure = now < length ? limit - 1 : left;
        if (asked.doubleValue() <= sure) continue;
        changed = changed.with(name, Json.Num.of(Math.max(1, left)));
      }
      return changed;
    }

    static int length(Json.Obj body) {
      Json messages = body.get("messages");
      return messages == null ? 1 : messages.toString().length();
    }
  }

  /// The efforts that it knows, by their words: another becomes the nearest of them.
  record Efforts(List<String> known) implements Lesson {
    @Override
    public String words() {
      return "efforts are " + String.join(", ", known);
    }

    @Override
    public boolean replaces(Lesson other) {
      return other instanceof Efforts;
    }

    /// All that are around, the least first.
    static final List<String> ALL =
        List.of("none", "minimal", "low", "medium", "high", "xhigh", "max");

    @Override
    public Json.Obj applied(Json.Obj body) {
      Json.Obj changed = body;
      if (body.get("reasoning_effort") instanceof Json.Str(var word)) {
        changed = changed.with("reasoning_effort", new Json.Str(nearest(word)));
      }
      if (!(body.get("reasoning") instanceof Json.Obj object)) return changed;
      if (object.get("effort") instanceof Json.Str(var word)) {
        object = object.with("effort", new Json.Str(nearest(word)));
      }
      if (!known.contains("none") && new Json.Bool(false).equals(object.get("enabled"))) {
        object = object.without("enabled").with("effort", new Json.Str(nearest("none")));
      }
      return changed.with("reasoning", object);
    }

    private String nearest(String word) {
      int wanted = ALL.indexOf(word.strip().toLowerCase(Locale.ROOT));
      if (known.contains(word) || wanted < 0) return word;
      String best = known.getFirst();
      for (String each : known) {
        if (distance(each, wanted) < distance(best, wanted)) best = each;
      }
      return best;
    }

    private static int distance(String word, int wanted) {
      return Math.abs(ALL.indexOf(word) - wanted);
    }
  }

  /// A model that thinks although the request does not ask it to is told by `reasoning_effort`,
  /// which llama-server and Ollama heed; `reasoning` is what the game says, and they do not.
  record ThoughtsOff() implements Lesson {
    @Override
    public String words() {
      return "it is told not to think by reasoning_effort";
    }

    @Override
    public Json.Obj applied(Json.Obj body) {
      boolean said = body.get("reasoning_effort") != null || asks(body.get("reasoning"));
      return said ? body : body.with("reasoning_effort", new Json.Str("none"));
    }

    private static boolean asks(Json reasoning) {
      if (!(reasoning instanceof Json.Obj object)) return false;
      if (new Json.Bool(false).equals(object.get("enabled"))) return false;
      return !object.members().isEmpty() && !new Json.Str("none").equals(object.get("effort"));
    }
  }
}
