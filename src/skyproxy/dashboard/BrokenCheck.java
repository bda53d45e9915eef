package skyproxy.dashboard;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import skyproxy.chat.ChatException;
import skyproxy.chat.ChatRequest;
import skyproxy.chat.Chunk;
import skyproxy.chat.Event;
import skyproxy.chat.Provider;
import skyproxy.json.Json;
import skyproxy.routing.FailoverReply;
import skyproxy.routing.Router;
import skyproxy.routing.Routes;

/// Sends requests to servers that break off, and looks at what the router makes of it.
final class BrokenCheck {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Function<URI, Provider> providerAt;
  private final Router router;

  /// @param providerAt makes what speaks to an OpenAI-compatible server
  /// @param router knows the models that step in
  BrokenCheck(Function<URI, Provider> providerAt, Router router) {
    this.providerAt = providerAt;
    this.router = router;
  }

  Doctor.Finding find(String model) {
    try {
      String midway = midway();
      if (midway != null) {
        return Doctor.Finding.fails(midway, "This is a fault of the proxy. Please report it.");
      }
      return steppedIn(model);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Null when a break in the middle of an answer is told as what it is.
  private String midway() throws IOException {
    StringBuilder text = new StringBuilder();
    try (BrokenUpstream upstream = new BrokenUpstream(true);
        Provider provider = providerAt.apply(upstream.uri());
        FailoverReply reply = open(provider, "broken:model")) {
      read(reply, text);
      return "An answer that broke off after “" + text + "” passed for a whole one.";
    } catch (ChatException told) {
      return text.isEmpty() ? "An answer that broke off was lost: " + told.getMessage() : null;
    }
  }

  private Doctor.Finding steppedIn(String model) throws IOException {
    try (BrokenUpstream upstream = new BrokenUpstream(false);
        Provider provider = providerAt.apply(upstream.uri());
        FailoverReply reply = open(provider, "broken:model > " + model)) {
      StringBuilder text = new StringBuilder();
      read(reply, text);
      return Doctor.Finding.works("An answer that breaks off is reported to the game as an error,"
          + " and before the first word the next model steps in: “"
          + Doctor.cut(text.toString()) + "”");
    } catch (ChatException e) {
      return Doctor.Finding.partly("An answer that breaks off is reported to the game as an"
          + " error. But this model could not step in for another one: " + e.getMessage(), null);
    }
  }

  private FailoverReply open(Provider broken, String model) {
    Routes now = router.routes();
    List<Routes.Route> routes = new ArrayList<>(now.routes());
    routes.add(new Routes.Route(broken, "broken:model"::equals, "broken:"));
    Routes with = new Routes(now.defaultModel(), now.aliases(), now.jobs(),
        now.firstToken(), routes);
    Json.Obj body = GameRequests.hello(model).with("stream", new Json.Bool(true));
    return new Router(with).open(ChatRequest.parse(body, ChatRequest.Caller.UNKNOWN));
  }

  private static void read(FailoverReply reply, StringBuilder text) {
    for (Event event; (event = reply.next(PATIENCE)) != null; ) {
      switch (event) {
        case Event.Text(var delta) -> text.append(delta);
        case Chunk chunk -> text.append(chunk.text());
        case Event.Reasoning _, Event.ToolCall _, Event.ToolArguments _, Event.Finish _,
            Event.Idle _ -> { }
      }
    }
  }
}
