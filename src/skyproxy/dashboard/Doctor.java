package skyproxy.dashboard;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import skyproxy.chat.ChatException;
import skyproxy.chat.ChatRequest;
import skyproxy.chat.Failure;
import skyproxy.chat.Provider;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.json.JsonException;
import skyproxy.routing.Router;

/// Plays the game: sends what it sends through one model, over the proxy's own port, and says in
/// words what works and what to change. Any number of threads; a check takes as long as it takes.
public final class Doctor {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final int AT_ONCE = 11;

  private final Supplier<URI> proxy;
  private final Supplier<String> apiKey;
  private final BrokenCheck broken;

  /// @param proxy where the proxy listens
  /// @param apiKey what it wants to see, or null
  /// @param providerAt makes what speaks to an OpenAI-compatible server
  /// @param router knows the models that step in when such a server breaks off
  public Doctor(Supplier<URI> proxy, Supplier<String> apiKey, Function<URI, Provider> providerAt,
      Router router) {
    this.proxy = proxy;
    this.apiKey = apiKey;
    broken = new BrokenCheck(providerAt, router);
  }

  /// The checks, in the order of asking, each with the title that the player reads.
  private enum Check {
    HELLO("A short question"),
    DIALOGUE("A long dialogue (45 KB), streamed"),
    SYSTEM_ONLY("A request of instructions only, as for memories"),
    ODD_MESSAGES("Messages in an odd order, some of them empty"),
    UNKNOWN_FIELDS("Settings that only some models know"),
    SHORT_LIMIT("One word, as for moods"),
    JSON_ANSWER("An answer in JSON, as for memories"),
    PICTURE("A picture"),
    ELEVEN("Eleven requests at once"),
    TRUNCATED("An upstream that breaks off");

    private final String title;

    Check(String title) {
      this.title = title;
    }
  }

  /// The outcome of a check.
  ///
  /// @param result `works`, `partly` or `fails`
  /// @param advice what to change, or null
  record Finding(String result, String words, String advice) {
    static Finding works(String words) {
      return new Finding("works", words, null);
    }

    static Finding partly(String words, String advice) {
      return new Finding("partly", words, advice);
    }

    static Finding fails(String words, String advice) {
      return new Finding("fails", words, advice);
    }
  }

  static Json.Obj checks() {
    return Json.Obj.builder().put("checks", new Json.Arr(Arrays.stream(Check.values())
        .map(check -> (Json) named(check).build()).toList())).build();
  }

  private static Json.Obj.Builder named(Check check) {
    return Json.Obj.builder().put("check", check.name()).put("title", check.title);
  }

  /// Does one check.
  ///
  /// @throws ChatException when there is no such check
  Json.Obj check(String model, String name) {
    Check check = Arrays.stream(Check.values()).filter(each -> each.name().equals(name))
        .findFirst().orElseThrow(() -> new ChatException(new Failure.BadRequest(
            "There is no check " + name + ".", "check", "invalid_value")));
    Finding found;
    try (HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1)
        .proxy(HttpClient.Builder.NO_PROXY).build()) {
      found = find(check, model, client);
    } catch (Unanswered unanswered) {
      found = Finding.fails(unanswered.getMessage(), advice(check));
    }
    return named(check).put("result", found.result()).put("words", found.words())
        .put("advice", found.advice() == null ? Json.NULL : new Json.Str(found.advice())).build();
  }

  private Finding find(Check check, String model, HttpClient client) throws Unanswered {
    return switch (check) {
      case HELLO -> said(ask(client, GameRequests.hello(model)));
      case DIALOGUE -> new StreamCheck(client, request(GameRequests.dialogue(model))).find();
      case SYSTEM_ONLY -> said(ask(client, GameRequests.systemOnly(model)));
      case ODD_MESSAGES -> said(ask(client, GameRequests.oddMessages(model)));
      case UNKNOWN_FIELDS -> said(ask(client, GameRequests.unknownFields(model)));
      case SHORT_LIMIT -> said(ask(client, GameRequests.mood(model)));
      case JSON_ANSWER -> json(ask(client, GameRequests.memory(model)));
      case PICTURE -> said(ask(client, GameRequests.picture(model)));
      case ELEVEN -> eleven(client, model);
      case TRUNCATED -> broken.find(model);
    };
  }

  /// What to change where the words of the failure do not say it.
  private static String advice(Check check) {
    return switch (check) {
      case PICTURE -> "For SkyrimNet's vision choose a model that sees pictures; for everything"
          + " else this one can do.";
      case SHORT_LIMIT -> "Some models think before they speak and use the limit up. For moods and"
          + " choices take one that does not, or turn reasoning off.";
      case DIALOGUE -> "If the model's context is too small, choose one with a larger one, or a"
          + " shorter event history in SkyrimNet.";
      case JSON_ANSWER -> "Turn structured outputs off in SkyrimNet for this model.";
      case ELEVEN, HELLO, SYSTEM_ONLY, ODD_MESSAGES, UNKNOWN_FIELDS, TRUNCATED -> null;
    };
  }

  // ---- calls ----

  /// An answer, and how long it took.
  private record Answer(Cursor json, Duration took) {
    String text() {
      return json.at("choices").at(0).at("message").at("content").stringOr("");
    }
  }

  /// The proxy gave an error instead of an answer; the message is the error's.
  static final class Unanswered extends Exception {
    Unanswered(String message) {
      super(message);
    }
  }

  private HttpRequest request(Json.Obj body) {
    HttpRequest.Builder request = HttpRequest.newBuilder(
            proxy.get().resolve("/v1/chat/completions"))
        .timeout(PATIENCE).header("X-Title", ChatRequest.Caller.OURS)
        .POST(HttpRequest.BodyPublishers.ofString(body.toString()));
    String key = apiKey.get();
    if (key != null) request.header("Authorization", "Bearer " + key);
    return request.build();
  }

  private Answer ask(HttpClient client, Json.Obj body) throws Unanswered {
    long start = System.nanoTime();
    try {
      var response = client.send(request(body), HttpResponse.BodyHandlers.ofString(UTF_8));
      if (response.statusCode() != 200) throw refused(response.statusCode(), response.body());
      return new Answer(Cursor.of(Json.parse(response.body())),
          Duration.ofNanos(System.nanoTime() - start));
    } catch (IOException | JsonException e) {
      throw new Unanswered("No answer within " + PATIENCE.toSeconds() + " seconds: " + e);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new Unanswered("The proxy is stopping.");
    }
  }

  static Unanswered refused(int status, String body) {
    String message;
    try {
      message = Cursor.of(Json.parse(body)).at("error").at("message").string();
    } catch (JsonException | Cursor.Mismatch unknown) {
      message = "an error without words";
    }
    return new Unanswered("Error " + status + ": " + message);
  }

  private static Finding said(Answer answer) {
    return Finding.works(seconds(answer.took()) + ": “" + cut(answer.text()) + "”");
  }

  private static Finding json(Answer answer) {
    String text = answer.text().strip();
    try {
      if (Json.parse(text) instanceof Json.Obj) return said(answer);
    } catch (JsonException notPure) {
      if (text.startsWith("```") && text.endsWith("```")) return said(answer);
    }
    return Finding.partly("It answered, but not with a JSON object: “" + cut(text) + "”",
        "Memories and biographies need JSON: choose another model for them.");
  }

  private Finding eleven(HttpClient client, String model) {
    long start = System.nanoTime();
    Json.Obj body = GameRequests.areYouWorking(model);
    List<CompletableFuture<String>> all = IntStream.range(0, AT_ONCE).mapToObj(_ -> client
        .sendAsync(request(body), HttpResponse.BodyHandlers.ofString(UTF_8))
        .handle((response, gone) -> gone != null ? "No answer: " + gone.getMessage()
            : response.statusCode() == 200 ? ""
            : refused(response.statusCode(), response.body()).getMessage())).toList();
    List<String> errors = all.stream().map(CompletableFuture::join)
        .filter(error -> !error.isEmpty()).toList();
    String took = seconds(Duration.ofNanos(System.nanoTime() - start));
    if (errors.isEmpty()) return Finding.works("All eleven answered, the slowest after " + took);
    int good = AT_ONCE - errors.size();
    String words = good + " of eleven answered. " + errors.getFirst();
    return good == 0 ? Finding.fails(words, null) : Finding.partly(words,
        "Spread the work over several models (see rotations), or let fewer requests through at"
            + " once with max_concurrent in the settings file.");
  }

  static String seconds(Duration time) {
    return time.toMillis() < 1_000 ? time.toMillis() + " ms"
        : String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1000.0);
  }

  static String cut(String text) {
    String line = text.strip().replaceAll("\\s+", " ");
    return line.length() <= 160 ? line : line.substring(0, 160) + "…";
  }

  /// The lines of a streamed answer to `request`, to be closed.
  static Stream<String> lines(HttpClient client, HttpRequest request)
      throws Unanswered {
    try {
      var response = client.send(request, HttpResponse.BodyHandlers.ofLines());
      if (response.statusCode() != 200) {
        throw refused(response.statusCode(), String.join("\n", response.body().toList()));
      }
      return response.body();
    } catch (IOException e) {
      throw new Unanswered("No answer: " + e);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new Unanswered("The proxy is stopping.");
    }
  }
}
