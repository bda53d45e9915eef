package skyproxy.demo;

import java.time.Duration;
import java.util.List;
import skyproxy.chat.ChatRequest;
import skyproxy.chat.Health;
import skyproxy.chat.Message;
import skyproxy.chat.Model;
import skyproxy.chat.Provider;
import skyproxy.chat.Reply;
import skyproxy.chat.ResponseFormat;
import skyproxy.json.Json;

/// Speaks a short line in the manner of an NPC, word by word. Any number of threads.
public final class DemoProvider implements Provider {
  /// A natural speed: what a fast model needs for a word.
  private static final Duration PAUSE = Duration.ofMillis(30);

  private static final List<String> LINES = List.of(
      "Well met, traveler. I am only the demo voice of your proxy, but I hear you loud and clear.",
      "Snow before nightfall, mark my words. *glances at the sky* Though I am just the demo, and"
          + " have never seen the sky.",
      "You have the look of someone with a long road behind them. Sit. The demo asks no coin for"
          + " its company.",
      "Keep your voice down, there are guards about. And I am a demo, I would make a poor witness.",
      "The mead here is thin, but the fire is warm. So they tell me: a demo does not drink.",
      "I would follow you to High Hrothgar and back, if the demo could walk. Choose a real model"
          + " and I might.",
      "Dragons, you say? *laughs* The demo knows three lines about dragons, and this is one of"
          + " them.");
  private static final String PICTURE =
      "I see that you sent a picture, but a demo like me can't tell a dragon from a mudcrab.";

  private final Duration pause;
  private final long created = System.currentTimeMillis() / 1000;

  public DemoProvider() {
    this(PAUSE);
  }

  /// @param pause between two words
  public DemoProvider(Duration pause) {
    this.pause = pause;
  }

  @Override
  public String name() {
    return "demo";
  }

  @Override
  public String title() {
    return "Demo";
  }

  @Override
  public Reply open(ChatRequest request) {
    return new DemoReply(request, answer(request), pause);
  }

  /// The whole text, before any limit.
  private static String answer(ChatRequest request) {
    Message last = request.messages().getLast();
    for (Message message : request.messages().reversed()) {
      if (message.role() == Message.Role.USER) {
        last = message;
        break;
      }
    }
    boolean picture = last.parts().stream().anyMatch(Message.Part.Image.class::isInstance);
    String line = picture ? PICTURE
        : LINES.get(Math.floorMod(last.text().hashCode(), LINES.size()));
    ResponseFormat format = request.responseFormat();
    return switch (format.kind()) {
      case TEXT -> line;
      case JSON_OBJECT -> Json.Obj.builder().put("demo", true).put("text", line).build().toString();
      case JSON_SCHEMA -> new SchemaSample(format.schema(), line).json().toString();
    };
  }

  @Override
  public Health health() {
    return new Health(Health.State.READY, null, Json.Obj.builder().build());
  }

  @Override
  public List<Model> models() {
    return List.of(new Model("demo", created, "skyrimnet-proxy"));
  }
}
