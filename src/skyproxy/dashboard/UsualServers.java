package skyproxy.dashboard;

import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.ToIntFunction;
import skyproxy.files.Resource;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.threads.Threads;

/// Looks for the programs that serve models on this computer, on the ports that they usually have.
///
/// Only when the page asks for it; never on a request's way. Which ones there are, and the
/// addresses of usual servers elsewhere, is in `servers.json`, which the page reads too.
public final class UsualServers {
  private final ToIntFunction<URI> models;

  /// @param models how many models the server at an address lists, -1 where there is none
  public UsualServers(ToIntFunction<URI> models) {
    this.models = models;
  }

  /// `{"find":true}`: those that answer now, each with its number of `models`. All are asked at
  /// once.
  public Json.Obj find(Cursor body) throws IOException {
    if (!body.at("find").bool()) throw body.at("find").mismatch("must be true");
    byte[] file = Resource.bytes(UsualServers.class, "servers.json");
    Json local = ((Json.Obj) Json.parse(file)).get("local");
    List<CompletableFuture<Json>> asked = new ArrayList<>();
    for (Cursor server : Cursor.of(local).array()) {
      asked.add(CompletableFuture.supplyAsync(() -> asked(server),
          task -> Threads.named("looks for a server").start(task)));
    }
    return Json.Obj.builder().put("found", new Json.Arr(asked.stream()
        .map(CompletableFuture::join).filter(each -> each != Json.NULL).toList())).build();
  }

  private Json asked(Cursor server) {
    int count = models.applyAsInt(URI.create(server.at("base_url").string()));
    return count < 0 ? Json.NULL
        : server.object().with("models", new Json.Num(Integer.toString(count)));
  }
}
