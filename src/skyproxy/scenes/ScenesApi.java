package skyproxy.scenes;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import skyproxy.chat.ChatException;
import skyproxy.chat.Failure;
import skyproxy.json.Cursor;
import skyproxy.json.Json;

/// `/config/scenes`: keeps scenes, hands them out and judges answers. Any number of threads.
///
/// `GET` lists them. `POST` takes one of these, and answers with a `message` where nothing else is
/// to be said:
///
/// - `{"keep":ID,"name":…}`: the request of that number in `/stats`, whose texts must be kept
/// - `{"scene":NAME}`: all of one, with its `request`
/// - `{"export":NAME,"replace":{"Lydia":"Person 1"}}`: for others to import
/// - `{"import":{…}}`
/// - `{"judge":NAME,"answer":…}`: `checks`, each with `title` and `holds`
/// - `{"vote":NAME,"winner":MODEL,"played":[…]}`, `winner` null for a tie
/// - `{"delete":NAME}`, `{"delete_all":true}`, `{"delete_votes":true}`
public final class ScenesApi {
  private static final int REPLACED = 50;

  private final Scenes scenes;
  private final LongFunction<Json.Obj> requests;
  private final InstantSource clock;

  /// @param file where they lie, or will
  /// @param requests the whole request of a number, or null when its text is not kept
  public ScenesApi(Path file, LongFunction<Json.Obj> requests) {
    this(new Scenes(file), requests, InstantSource.system());
  }

  ScenesApi(Scenes scenes, LongFunction<Json.Obj> requests, InstantSource clock) {
    this.scenes = scenes;
    this.requests = requests;
    this.clock = clock;
  }

  /// What is kept.
  ///
  /// @param query not asked for
  public Json.Obj list(String query) {
    try {
      List<Scene> all = scenes.all();
      return Json.Obj.builder()
          .put("scenes", new Json.Arr(all.stream().map(each -> (Json) each.summary()).toList()))
          .put("most", Scenes.MOST).put("most_bytes", Scenes.MOST_BYTES).build();
    } catch (IOException unreadable) {
      throw new ChatException(new Failure.Broken(500, unreadable.getMessage()));
    }
  }

  /// One of the changes above.
  ///
  /// @throws IOException when the file can't be read or written
  public Json.Obj post(Cursor body) throws IOException {
    Instant now = clock.instant();
    for (String name : body.object().members().keySet()) {
      Cursor at = body.at(name);
      switch (name) {
        case "keep" -> {
          scenes.add(Scene.of(body.at("name").string(), request(at.integer()), now));
          return done("Kept.");
        }
        case "scene" -> {
          Scene scene = scenes.get(at.string());
          return scene.summary().with("request", scene.request());
        }
        case "export" -> {
          return scenes.get(at.string()).export(replaced(body.at("replace")));
        }
        case "import" -> {
          scenes.add(Scene.read(at, now));
          return done("Imported.");
        }
        case "judge" -> {
          return judged(scenes.get(at.string()), body.at("answer").string());
        }
        case "vote" -> {
          Vote vote = Vote.read(body, now);
          scenes.change(at.string(), scene -> scene.with(vote));
          return done("Counted.");
        }
        case "delete" -> {
          scenes.remove(at.string());
          return done("Deleted.");
        }
        case "delete_all" -> {
          must(at);
          scenes.removeAll();
          return done("All scenes are deleted.");
        }
        case "delete_votes" -> {
          must(at);
          scenes.changeAll(scene -> scene.withVotes(List.of()));
          return done("All votes are deleted.");
        }
        default -> { }
      }
    }
    throw new ChatException(new Failure.BadRequest("Say what to do: keep, scene, export, import,"
        + " judge, vote, delete, delete_all or delete_votes.", null, "missing_field"));
  }

  private static void must(Cursor at) {
    if (!at.bool()) throw at.mismatch("must be true");
  }

  private Json.Obj request(long id) {
    Json.Obj request = requests.apply(id);
    if (request != null) return request;
    throw new ChatException(new Failure.Rejected(404, "The text of that request is not kept, or no"
        + " longer: switch “Keep prompts and answers” on and play the scene in the game again.",
        "keep", "not_found"));
  }

  private static Map<String, String> replaced(Cursor at) {
    Map<String, String> replaced = new LinkedHashMap<>();
    if (at.isMissing()) return replaced;
    at.members().forEach((name, other) -> {
      if (!name.isBlank()) replaced.put(name.strip(), other.string());
    });
    if (replaced.size() > REPLACED) throw at.mismatch("must be " + REPLACED + " names at most");
    return replaced;
  }

  static Json.Obj judged(Scene scene, String answer) {
    List<Form.Finding> found = Form.check(scene, answer);
    return Json.Obj.builder()
        .put("form_kept", found.stream().allMatch(Form.Finding::holds))
        .put("checks", new Json.Arr(found.stream().map(each -> (Json) Json.Obj.builder()
            .put("title", each.title()).put("holds", each.holds()).build()).toList()))
        .build();
  }

  private static Json.Obj done(String message) {
    return Json.Obj.builder().put("message", message).build();
  }
}
