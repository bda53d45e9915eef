package skyproxy.chat;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import skyproxy.json.Json;

/// Keeps thoughts out of what an upstream wrote in OpenAI's own language, choice by choice.
///
/// A body without thoughts passes as the very same object. One instance a reply, one thread.
final class VerbatimSpeech {
  private final boolean showThoughts;
  private final Map<Integer, ThinkTags> tags = new HashMap<>();
  private final Set<Integer> introduced = new HashSet<>();

  VerbatimSpeech(boolean showThoughts) {
    this.showThoughts = showThoughts;
  }

  /// What is left of a body; null when that is nothing worth sending: a reply of ten thousand
  /// thoughts would else be ten thousand chunks of nothing.
  Json.Obj filter(Json.Obj body) {
    Json.Obj left = Choice.edit(body, this::filter);
    return Choice.tells(left, introduced) || left == body ? left : null;
  }

  private Choice filter(Choice choice) {
    ThinkTags.Split split = split(choice);
    Json.Obj said = choice.said();
    String content = choice.content();
    boolean parts = said.get("content") instanceof Json.Arr;
    if (content == null ? !split.spoken().isEmpty() : !split.spoken().equals(content) || parts) {
      said = said.with("content", new Json.Str(split.spoken()));
    }
    String tagged = choice.thoughtParts() + split.thought();
    return choice.saying(showThoughts ? shown(choice, said, tagged) : hidden(said));
  }

  private ThinkTags.Split split(Choice choice) {
    String content = choice.content();
    if (choice.whole()) return ThinkTags.whole(content == null ? "" : content);
    ThinkTags own = tags.computeIfAbsent(choice.index(), _ -> new ThinkTags());
    ThinkTags.Split split = own.feed(content == null ? "" : content);
    return choice.finishReason() == null ? split : split.and(own.end());
  }

  private static Json.Obj hidden(Json.Obj said) {
    for (String name : Choice.THOUGHTS) said = said.without(name);
    return said.without("reasoning_details");
  }

  /// Puts the thoughts where clients look for them, and leaves the other members: a client may
  /// have to send `reasoning_details` back with its next request.
  private static Json.Obj shown(Choice choice, Json.Obj said, String tagged) {
    String known = choice.text("reasoning_content");
    String thought = (known.isEmpty() ? choice.text("reasoning") : known) + tagged;
    return thought.equals(known) ? said : said.with("reasoning_content", new Json.Str(thought));
  }
}
