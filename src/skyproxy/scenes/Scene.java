package skyproxy.scenes;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import skyproxy.chat.ChatException;
import skyproxy.chat.ChatRequest;
import skyproxy.chat.Failure;
import skyproxy.chat.Job;
import skyproxy.chat.Pictures;
import skyproxy.chat.Secrets;
import skyproxy.chat.Texts;
import skyproxy.json.Cursor;
import skyproxy.json.Json;

/// A request of the game, kept under a name. Immutable.
///
/// Of a request only what makes the scene is kept: no model, no routing, no identity of who asked.
/// What looks like a credential is masked; large pictures and those that lie elsewhere are left
/// out, so that playing a scene that somebody else made calls nobody but the models.
///
/// @param name 1 to 80 letters on one line
/// @param job what it most likely is for, as any request is recognised
/// @param votes the newest last, ten at most
record Scene(String name, Job job, Instant kept, Json.Obj request, List<Vote> votes) {
  private static final int NAME = 80;
  private static final int VOTES = 10;
  private static final String MARK = "skyrimnet_scene";
  private static final Set<String> MEMBERS = Set.of("messages", "temperature", "top_p", "top_k",
      "max_tokens", "max_completion_tokens", "frequency_penalty", "presence_penalty", "stop",
      "response_format", "tools", "tool_choice", "parallel_tool_calls", "reasoning",
      "reasoning_effort");

  Scene {
    votes = List.copyOf(votes);
  }

  /// A request under a name.
  ///
  /// @throws ChatException when the name or the request can't be used
  static Scene of(String name, Json.Obj request, Instant when) {
    Json.Obj clean = request;
    for (String member : request.members().keySet()) {
      if (!MEMBERS.contains(member)) clean = clean.without(member);
    }
    clean = (Json.Obj) Texts.changed(Pictures.without(clean), Secrets::masked);
    Job job = ChatRequest.parse(clean, ChatRequest.Caller.UNKNOWN).purpose().job();
    return new Scene(named(name), job, when, clean, List.of());
  }

  /// A scene that somebody made.
  static Scene read(Cursor at, Instant when) {
    return of(at.at("name").string(), at.at("request").object(), when);
  }

  /// Of the file, where it was clean when it was written.
  static Scene kept(Cursor at) {
    List<Vote> votes = new ArrayList<>();
    for (Cursor vote : at.at("votes").arrayOrEmpty()) votes.add(Vote.read(vote, null));
    return new Scene(at.at("name").string(), Job.parse(at.at("job").string()),
        Vote.instant(at.at("kept")), at.at("request").object(), votes);
  }

  private static String named(String text) {
    String name = text.strip();
    if (name.isEmpty() || name.length() > NAME || name.chars().anyMatch(Character::isISOControl)) {
      throw new ChatException(new Failure.BadRequest(
          "Give the scene a name of 1 to " + NAME + " letters.", "name", "invalid_value"));
    }
    return name;
  }

  Scene with(Vote vote) {
    List<Vote> all = new ArrayList<>(votes);
    all.add(vote);
    return withVotes(all.subList(Math.max(0, all.size() - VOTES), all.size()));
  }

  Scene withVotes(List<Vote> all) {
    return new Scene(name, job, kept, request, all);
  }

  /// What its line in a list shows.
  Json.Obj summary() {
    return Json.Obj.builder().put("name", name).put("job", job.wireName())
        .put("kept", kept.toString())
        .put("messages", Cursor.of(request).at("messages").array().size())
        .put("characters", request.toString().length())
        .put("votes", votesJson()).build();
  }

  private Json votesJson() {
    return new Json.Arr(votes.stream().map(vote -> (Json) vote.json()).toList());
  }

  /// What lies in the file.
  Json.Obj json() {
    return Json.Obj.builder().put("name", name).put("job", job.wireName())
        .put("kept", kept.toString()).put("request", request).put("votes", votesJson()).build();
  }

  /// What is given to others.
  ///
  /// @param replaced what stands in the place of which whole words, in any case
  Json.Obj export(Map<String, String> replaced) {
    UnaryOperator<String> rename = UnaryOperator.identity();
    for (var each : replaced.entrySet()) {
      Pattern whole = Pattern.compile("(?<![\\p{L}\\p{N}])" + Pattern.quote(each.getKey())
          + "(?![\\p{L}\\p{N}])", Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);
      String other = Matcher.quoteReplacement(each.getValue());
      UnaryOperator<String> before = rename;
      rename = text -> whole.matcher(before.apply(text)).replaceAll(other);
    }
    return Json.Obj.builder().put(MARK, 1).put("name", rename.apply(name))
        .put("job", job.wireName()).put("request", Texts.changed(request, rename)).build();
  }

  /// The request for a model.
  Json.Obj asked(String model) {
    return request.with("model", new Json.Str(model)).with("stream", new Json.Bool(true))
        .with("stream_options", Json.Obj.builder().put("include_usage", true).build());
  }
}
