package skyproxy.server;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.Locale;
import skyproxy.chat.ChatException;
import skyproxy.chat.Failure;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.json.JsonException;
import skyproxy.settings.LiveSettings;
import skyproxy.settings.NotSavedException;
import skyproxy.settings.SettingsException;

/// `POST /config/…`: changes something, as one JSON object asks for it.
///
/// Takes `application/json` only, which no page of another origin can send without asking first.
final class ConfigHandler implements HttpHandler {
  private static final System.Logger LOG = System.getLogger(ConfigHandler.class.getName());

  private final Endpoints.Change change;

  ConfigHandler(Endpoints.Change change) {
    this.change = change;
  }

  /// Keeps the `key` of a request as this member of the settings file, or forgets it.
  static Endpoints.Change key(LiveSettings settings, String member) {
    return body -> {
      Cursor at = body.at("key");
      String key = at.string().strip();
      if (!key.matches("[!-~]*")) {
        throw new ChatException(new Failure.BadRequest(
            "The key contains a character that keys never contain. Paste it again.", "key",
            "invalid_value"));
      }
      settings.change(member, key.isEmpty() ? null : new Json.Str(key));
      return Json.Obj.builder().put("status", key.isEmpty() ? "cleared" : "saved").build();
    };
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    if (!isJson(exchange.getRequestHeaders().getFirst("Content-Type"))) {
      ErrorBody.invalid(415, "unsupported_media_type",
          "Send this with Content-Type: application/json.", null).refuse(exchange);
      return;
    }
    byte[] body = RequestBody.read(exchange);
    if (body == null) return;
    try {
      JsonAnswer.send(exchange, 200, changed(body));
    } catch (Refusal refusal) {
      refusal.send(exchange);
    }
  }

  private Json.Obj changed(byte[] body) throws Refusal {
    try {
      return change.make(Cursor.of(Json.parse(body)));
    } catch (JsonException broken) {
      throw new Refusal(ErrorBody.invalid(400, "invalid_json",
          "The body is not JSON: " + broken.getMessage(), null));
    } catch (Cursor.Mismatch wrong) {
      throw new Refusal(ErrorBody.invalid(
          400, wrong.code(), wrong.getMessage(), wrong.path().isEmpty() ? null : wrong.path()));
    } catch (SettingsException wrong) {
      if (wrong.exitStatus() == 1) throw notSaved(wrong);
      throw new Refusal(
          ErrorBody.invalid(400, wrong.code(), wrong.getMessage(), wrong.param()));
    } catch (IOException unwritable) {
      throw notSaved(unwritable);
    }
  }

  private static Refusal notSaved(Exception why) {
    boolean inEffect = why instanceof NotSavedException;
    String message = inEffect ? why.getMessage() : "This was not saved: " + why.getMessage();
    LOG.log(Level.WARNING, "The settings were not saved: {0}", why.getMessage());
    ErrorBody error = new ErrorBody(500, "api_error", "not_saved", message, null, null);
    return new Refusal(error, inEffect);
  }

  /// Carries an error past the sending, whose own exceptions mean something else.
  private static final class Refusal extends Exception {
    private final transient ErrorBody error;
    private final boolean inEffect;

    private Refusal(ErrorBody error) {
      this(error, false);
    }

    private Refusal(ErrorBody error, boolean inEffect) {
      this.error = error;
      this.inEffect = inEffect;
    }

    /// The body has been read, so nothing is left to be dropped.
    private void send(HttpExchange exchange) throws IOException {
      Json.Obj json = error.json();
      if (inEffect && json.get("error") instanceof Json.Obj inner) {
        json = json.with("error", inner.with("in_effect", new Json.Bool(true)));
      }
      JsonAnswer.send(exchange, error.status(), json);
    }
  }

  private static boolean isJson(String contentType) {
    return contentType != null && contentType.split(";", 2)[0].strip()
        .toLowerCase(Locale.ROOT).equals("application/json");
  }
}
