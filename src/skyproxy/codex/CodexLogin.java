package skyproxy.codex;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Objects;
import skyproxy.chat.EpochSecond;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.json.JsonException;

/// The facts that we need of what `codex login` left behind. Never the tokens themselves.
///
/// @param present whether there is a login
/// @param expires when its access token does, or null; Codex renews it by itself
/// @param paysByToken whether OpenAI bills a key by the token; else a plan pays
/// @param identity tells one login from another; stays the same when tokens are renewed
record CodexLogin(boolean present, Instant expires, boolean paysByToken, int identity) {
  static final CodexLogin NONE = new CodexLogin(false, null, false, 0);

  /// Reads `auth.json` and changes nothing. A file that is just being written counts as none; it
  /// is read again soon.
  static CodexLogin read(Path file) {
    try {
      return of(Cursor.of(Json.parse(Files.readAllBytes(file))));
    } catch (IOException | JsonException | Cursor.Mismatch unreadable) {
      return NONE;
    }
  }

  private static CodexLogin of(Cursor root) {
    Cursor tokens = root.at("tokens");
    String key = root.at("OPENAI_API_KEY").stringOr("");
    String access = tokens.isObject() ? tokens.at("access_token").stringOr("") : "";
    if (key.isBlank() && access.isBlank()) return NONE;
    String account = tokens.isObject() ? tokens.at("account_id").stringOr("") : "";
    String mode = root.at("auth_mode").stringOr("");
    return new CodexLogin(true, expiry(access), mode.equals("apikey") || access.isBlank(),
        Objects.hash(mode, account, key));
  }

  /// The `exp` of a JSON web token, or null. https://www.rfc-editor.org/rfc/rfc7519#section-4.1.4
  private static Instant expiry(String token) {
    String[] parts = token.split("\\.");
    if (parts.length < 2) return null;
    try {
      byte[] claims = Base64.getUrlDecoder().decode(parts[1]);
      Cursor exp = Cursor.of(Json.parse(new String(claims, StandardCharsets.UTF_8))).at("exp");
      return EpochSecond.of(exp);
    } catch (IllegalArgumentException | JsonException | Cursor.Mismatch opaque) {
      return null;
    }
  }

  boolean expired(Instant now) {
    return expires != null && expires.isBefore(now);
  }

  boolean expiresWithin(Duration time, Instant now) {
    return expires != null && expires.isBefore(now.plus(time));
  }
}
