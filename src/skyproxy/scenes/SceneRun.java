package skyproxy.scenes;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;
import skyproxy.chat.ChatException;
import skyproxy.files.OwnerFile;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.json.JsonException;

/// Scenes played one after the other by several models, in a terminal: a line for each answer, a
/// table at the end, and all of it as JSON in a file that is whole after each answer.
///
/// One thread runs it; another may ask for the [#table] at any time.
public final class SceneRun {
  private static final long LARGEST = 32 << 20;

  private final List<Scene> scenes;
  private final List<String> models;
  private final Path results;
  private final List<Result> done = new ArrayList<>();

  /// @param failure null when there was an answer
  private record Result(String scene, String job, Played played, String answer,
      List<Form.Finding> findings, String failure) {

    Json json() {
      Json.Obj.Builder out = Json.Obj.builder().put("scene", scene).put("job", job);
      played.json().members().forEach(out::put);
      if (failure != null) return out.put("error", failure).build();
      return out.put("answer", answer).put("checks", new Json.Arr(findings.stream()
          .map(each -> (Json) Json.Obj.builder().put("title", each.title())
              .put("holds", each.holds()).build()).toList())).build();
    }

    String line() {
      String who = scene + ", " + played.model() + ": ";
      if (failure != null) return who + failure;
      return who + "first word " + played.firstWord() + " ms, total " + played.total() + " ms, "
          + played.completionTokens() + " tokens" + cost(played.cost()) + wrong();
    }

    private String wrong() {
      List<String> wrong = findings.stream().filter(each -> !each.holds())
          .map(Form.Finding::title).toList();
      return wrong.isEmpty() ? ", form kept" : ", form NOT kept: " + String.join("; ", wrong);
    }
  }

  /// Reads the file.
  ///
  /// @param file one scene, a list of them, or an object with `scenes`
  /// @throws IOException saying why the file can't be used
  public SceneRun(Path file, List<String> models) throws IOException {
    this.scenes = read(file);
    this.models = List.copyOf(models);
    String name = file.getFileName().toString().replaceFirst("(?i)\\.json$", "");
    results = file.toAbsolutePath().resolveSibling(name + "-results.json");
  }

  private static List<Scene> read(Path file) throws IOException {
    try {
      if (Files.size(file) > LARGEST) throw new IOException(file + " is larger than 32 MB.");
      Cursor root = Cursor.of(Json.parse(OwnerFile.read(file)));
      Cursor list = root.isArray() ? root : root.at("scenes");
      List<Cursor> all = list.isMissing() ? List.of(root) : list.array();
      List<Scene> scenes = new ArrayList<>();
      for (Cursor each : all) scenes.add(Scene.read(each, Instant.now()));
      if (scenes.isEmpty()) throw new IOException(file + " holds no scene.");
      return scenes;
    } catch (NoSuchFileException missing) {
      throw new IOException("There is no file " + file + ".", missing);
    } catch (JsonException | Cursor.Mismatch | ChatException wrong) {
      throw new IOException(file + " is no scene that can be played: " + wrong.getMessage(), wrong);
    }
  }

  /// Plays all of them, and says a line of each answer.
  ///
  /// @param proxy where the proxy listens
  /// @param apiKey what it wants to see, or null
  /// @throws IOException when the results can't be written
  public void run(URI proxy, String apiKey, Consumer<String> out) throws IOException {
    ScenePlayer player = new ScenePlayer(proxy, apiKey);
    out.accept("Playing " + scenes.size() + (scenes.size() == 1 ? " scene" : " scenes")
        + " through " + String.join(", ", models) + ". Results go to " + results);
    player.awaitReady();
    for (Scene scene : scenes) {
      for (String model : models) {
        Result result = play(player, scene, model);
        synchronized (this) {
          done.add(result);
        }
        out.accept(result.line());
        save();
      }
    }
  }

  private static Result play(ScenePlayer player, Scene scene, String model) {
    ScenePlayer.Answer answer = player.play(scene, model);
    List<Form.Finding> findings = Form.check(scene, answer.text());
    boolean kept = answer.failure() == null && findings.stream().allMatch(Form.Finding::holds);
    return new Result(scene.name(), scene.job().wireName(), answer.played(model, kept),
        answer.text(), findings, answer.failure());
  }

  private synchronized void save() throws IOException {
    OwnerFile.write(results, Json.Obj.builder()
        .put("models", Json.Arr.ofStrings(models))
        .put("results", new Json.Arr(done.stream().map(Result::json).toList()))
        .build().toString().getBytes(UTF_8));
  }

  /// What has been found so far: a line for each model, best form first.
  public synchronized String table() {
    int width = models.stream().mapToInt(String::length).max().orElse(5);
    String row = "%-" + Math.max(5, width) + "s  %8s  %6s  %10s  %8s  %7s  %s\n";
    StringBuilder text = new StringBuilder(row.formatted(
        "model", "answered", "form", "first word", "total", "tokens", "cost"));
    for (String model : models) {
      List<Result> its = done.stream().filter(each -> each.played().model().equals(model)).toList();
      List<Played> answers = its.stream().filter(each -> each.failure() == null)
          .map(Result::played).toList();
      long kept = answers.stream().filter(Played::formKept).count();
      List<Double> costs = answers.stream().map(Played::cost).filter(Objects::nonNull)
          .toList();
      text.append(row.formatted(model, answers.size() + "/" + its.size(), kept + "/" + its.size(),
          median(answers.stream().map(Played::firstWord)),
          median(answers.stream().map(Played::total)),
          answers.stream().mapToLong(Played::completionTokens).sum(),
          costs.isEmpty() ? "-" : cost(costs.stream().mapToDouble(each -> each).sum())
              .substring(2)));
    }
    return text.toString();
  }

  private static String median(Stream<Long> times) {
    List<Long> sorted = times.filter(Objects::nonNull).sorted().toList();
    return sorted.isEmpty() ? "-" : sorted.get(sorted.size() / 2) + " ms";
  }

  private static String cost(Double dollars) {
    return dollars == null ? "" : String.format(Locale.ROOT, ", $%.4f", dollars);
  }
}
