package skyproxy.codex;

import static skyproxy.testing.FakeUpstream.json;
import static skyproxy.testing.FakeUpstream.sse;
import static skyproxy.testing.FakeUpstream.status;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import skyproxy.json.Json;
import skyproxy.testing.FakeUpstream;
import skyproxy.testing.FakeUpstream.Answer;
import skyproxy.testing.FakeUpstream.Received;

/// All that the real Codex CLI calls: the Responses API, the account, the plan, the token server.
///
/// Refuses WebSocket, so that the CLI asks over HTTP, where its body can be read.
public final class CodexBackend implements AutoCloseable {
  static final String REFRESH = "refresh-made-up-1";

  private final FakeUpstream upstream = new FakeUpstream();
  private final AtomicInteger refreshes = new AtomicInteger();
  private volatile Function<Received, Answer> answers = _ -> reply("Well", " met", "!");
  private volatile String expected = REFRESH;

  CodexBackend() {
    upstream.answer(this::route);
  }

  private Answer route(Received request) {
    String path = request.path().replaceAll("\\?.*", "");
    return switch (path) {
      case "/v1/responses" -> request.method().equals("GET") ? status(426) : answers.apply(request);
      case "/backend-api/wham/settings/user" -> json("{\"commit_attribution_enabled\":false}");
      case "/backend-api/wham/accounts/check" -> json("""
          {"accounts":[{"id":"acct-made-up","workspace_backend_origin":"https://chatgpt.com",
          "account_routing_override":"NO_CONSTRAINT"}]}""");
      case "/backend-api/wham/usage" -> json("""
          {"plan_type":"plus","rate_limit":{"allowed":true,"limit_reached":false,
          "primary_window":{"used_percent":12,"limit_window_seconds":18000,
          "reset_after_seconds":600,"reset_at":%d},"secondary_window":{"used_percent":34,
          "limit_window_seconds":604800,"reset_after_seconds":60000,"reset_at":%d}}}"""
          .formatted(in(600), in(60000)));
      case "/oauth/token" -> token(request);
      default -> status(404).body("{}");
    };
  }

  private static long in(long seconds) {
    return Instant.now().getEpochSecond() + seconds;
  }

  /// A refresh token works once, as the real ones do.
  private Answer token(Received request) {
    String given = ((Json.Str) request.json().get("refresh_token")).value();
    refreshes.incrementAndGet();
    if (!given.equals(expected)) {
      return status(400).header("Content-Type", "application/json").body("""
          {"error":{"message":"Your refresh token has already been used","type":
          "invalid_request_error","code":"refresh_token_reused"}}""");
    }
    expected = "refresh-made-up-" + (refreshes.get() + 1);
    return json("""
        {"id_token":"%s","access_token":"%s","refresh_token":"%s"}"""
        .formatted(jwt(3600), jwt(864000), expected));
  }

  int refreshes() {
    return refreshes.get();
  }

  /// The refresh token that the token server would take next.
  String validRefreshToken() {
    return expected;
  }

  FakeUpstream upstream() {
    return upstream;
  }

  CodexBackend answer(Function<Received, Answer> script) {
    answers = script;
    return this;
  }

  /// The requests for an answer.
  List<Received> asked() {
    return upstream.requests().stream()
        .filter(one -> one.path().startsWith("/v1/responses") && one.method().equals("POST"))
        .toList();
  }

  /// Lines for the CLI's settings that lead here instead of to OpenAI.
  List<String> settings() {
    return List.of("openai_base_url = \"" + upstream.url() + "/v1\"",
        "chatgpt_base_url = \"" + upstream.url() + "/backend-api\"");
  }

  Map<String, String> environment() {
    return Map.of("CODEX_REFRESH_TOKEN_URL_OVERRIDE", upstream.url() + "/oauth/token",
        "CODEX_API_KEY", "sk-must-not-be-used");
  }

  /// An answer in these pieces.
  static Answer reply(String... deltas) {
    StringBuilder text = new StringBuilder(event("response.created",
        "{\"response\":{\"id\":\"resp_1\"}}"));
    String id = "msg_" + System.nanoTime();
    text.append(event("response.output_item.added", "{\"output_index\":0,\"item\":" + item(id, "")
        + "}"));
    for (String delta : deltas) {
      text.append(event("response.output_text.delta", "{\"item_id\":\"" + id
          + "\",\"output_index\":0,\"content_index\":0,\"delta\":" + new Json.Str(delta) + "}"));
    }
    text.append(event("response.output_item.done", "{\"output_index\":0,\"item\":"
        + item(id, String.join("", deltas)) + "}"));
    return sse(text.append(completed()).toString());
  }

  private static String item(String id, String text) {
    return """
        {"type":"message","id":"%s","role":"assistant","content":[\
        {"type":"output_text","text":%s}]}""".formatted(id, new Json.Str(text));
  }

  static String completed() {
    return event("response.completed", """
        {"response":{"id":"resp_1","usage":{"input_tokens":120,"input_tokens_details":\
        {"cached_tokens":64},"output_tokens":17,"output_tokens_details":{"reasoning_tokens":3},\
        "total_tokens":137}}}""");
  }

  /// The model wants a function to be run.
  static Answer call(String name, String arguments) {
    return sse(event("response.created", "{\"response\":{\"id\":\"resp_1\"}}")
        + event("response.output_item.done", """
            {"output_index":0,"item":{"type":\
            "function_call","id":"fc_1","call_id":"call_1","name":"%s","arguments":%s}}"""
            .formatted(name, new Json.Str(arguments)))
        + completed());
  }

  static String event(String type, String data) {
    return "event: " + type + "\ndata: {\"type\":\"" + type + "\"," + data.substring(1) + "\n\n";
  }

  /// Writes what `codex login` writes for a subscription.
  public static void logIn(Path home, long secondsLeft) throws IOException {
    Files.createDirectories(home);
    Files.writeString(home.resolve("auth.json"), """
        {"auth_mode":"chatgpt","OPENAI_API_KEY":null,"tokens":{"id_token":"%s",
        "access_token":"%s","refresh_token":"%s","account_id":"acct-made-up"},
        "last_refresh":"%s"}""".formatted(jwt(3600), jwt(secondsLeft), REFRESH, Instant.now()));
  }

  /// Writes what `codex login --with-api-key` writes.
  static void logInWithKey(Path home) throws IOException {
    Files.createDirectories(home);
    Files.writeString(home.resolve("auth.json"), """
        {"auth_mode":"apikey","OPENAI_API_KEY":"sk-made-up"}""");
  }

  static String jwt(long secondsLeft) {
    return part("{\"alg\":\"none\"}") + "." + part("""
        {"email":"player@example.com","exp":%d,"https://api.openai.com/auth":{
        "chatgpt_plan_type":"plus","chatgpt_user_id":"user-made-up",
        "chatgpt_account_id":"acct-made-up"}}""".formatted(in(secondsLeft))) + ".x";
  }

  private static String part(String json) {
    return Base64.getUrlEncoder().withoutPadding()
        .encodeToString(json.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void close() {
    upstream.close();
  }
}
