package skyproxy.server;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.Locale;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.json.JsonException;
import skyproxy.settings.LiveSettings;
import skyproxy.settings.SettingsException;

/// `POST /config/openrouter-key`: keeps a key in the settings file, or forgets it.
///
/// Takes `application/json` only, which no page of another origin can send without asking first.
final class ConfigHandler implements HttpHandler {
  private static final System.Logger LOG = System.getLogger(ConfigHandler.class.getName());

  private final LiveSettings settings;

  ConfigHandler(LiveSettings settings) {
    this.settings = settings;
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    ErrorBody error = answer(exchange);
    if (error != null) RequestBody.refuse(exchange, error);
  }

  /// Null when it is done and said.
  private ErrorBody answer(HttpExchange exchange) throws IOException {
    if (!isJson(exchange.getRequestHeaders().getFirst("Content-Type"))) {
      return ErrorBody.invalid(415, "unsupported_media_type",
          "Send this with Content-Type: application/json.", null);
    }
    byte[] body = RequestBody.read(exchange);
    if (body == null) return RequestBody.tooLarge();
    try {
      Cursor at = Cursor.of(Json.parse(body)).at("key");
      String key = at.string().strip();
      if (!key.matches("[!-~]*")) {
        return ErrorBody.invalid(400, "invalid_value",
            "key must be a key: letters, digits and signs, without blanks", at.path());
      }
      return save(exchange, key);
    } catch (JsonException broken) {
      return ErrorBody.invalid(400, "invalid_json",
          "The body is not JSON: " + broken.getMessage(), null);
    } catch (Cursor.Mismatch wrong) {
      return ErrorBody.invalid(400, wrong.missing() ? "missing_field" : "invalid_type",
          wrong.getMessage(), wrong.path().isEmpty() ? null : wrong.path());
    }
  }

  private ErrorBody save(HttpExchange exchange, String key) throws IOException {
    try {
      settings.change("openrouter_api_key", key.isEmpty() ? null : new Json.Str(key));
    } catch (SettingsException | IOException e) {
      LOG.log(Level.WARNING, "The OpenRouter key was not saved: {0}", e.getMessage());
      return new ErrorBody(500, "api_error", "not_saved",
          "The key was not saved: " + e.getMessage(), null, null);
    }
    JsonAnswer.send(exchange, Json.Obj.builder()
        .put("status", key.isEmpty() ? "cleared" : "saved").build());
    return null;
  }

  private static boolean isJson(String contentType) {
    return contentType != null && contentType.split(";", 2)[0].strip()
        .toLowerCase(Locale.ROOT).equals("application/json");
  }
}
