package skyproxy.openai;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import skyproxy.json.Json;
import skyproxy.json.JsonException;
import skyproxy.upstream.HttpUpstream;

/// Counts the models of a server, which may not be there or may be another program.
public final class ListedModels {
  private static final int LARGEST = 8 << 20;

  private ListedModels() {}

  /// How many models a server lists, -1 when none answers there as such a server does.
  ///
  /// @param base what `/models` is appended to
  /// @param patience for the connection, and again for the answer
  public static int count(URI base, Duration patience) {
    HttpRequest request = HttpRequest.newBuilder(URI.create(base + "/models")).timeout(patience)
        .header("Accept", "application/json").build();
    try (HttpUpstream upstream = new HttpUpstream("this server", base, patience)) {
      HttpResponse<byte[]> answer = upstream.call(request,
          BodyHandlers.limiting(BodyHandlers.ofByteArray(), LARGEST));
      return answer.statusCode() == 200 ? count(answer.body()) : -1;
    } catch (IOException none) {
      return -1;
    } catch (InterruptedException stopping) {
      Thread.currentThread().interrupt();
      return -1;
    }
  }

  /// How many models are listed in an answer, -1 when it is no list. A server without any model
  /// lists none, or null.
  static int count(byte[] body) {
    try {
      return switch (Json.parse(body)) {
        case Json.Arr(var items) -> items.size();
        case Json.Obj whole -> switch (whole.get("data")) {
          case null -> -1;
          case Json.Arr(var items) -> items.size();
          case Json.Null _ -> 0;
          default -> -1;
        };
        default -> -1;
      };
    } catch (JsonException page) {
      return -1;
    }
  }
}
