package skyproxy.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static skyproxy.testing.FakeUpstream.json;
import static skyproxy.testing.FakeUpstream.status;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import skyproxy.chat.ChatRequest;
import skyproxy.chat.Limits;
import skyproxy.chat.Model;
import skyproxy.testing.FakeUpstream;
import skyproxy.upstream.HttpUpstream;

/// A list of models grows old, and is not lost when its server is away.
final class CatalogueTest {
  private final FakeUpstream fake = new FakeUpstream();
  private final AtomicLong clock = new AtomicLong();
  private final HttpUpstream upstream =
      new HttpUpstream("ollama", fake.uri(), Duration.ofSeconds(5));
  private final Catalogue catalogue = new Catalogue(new Server("ollama", "ollama", fake.uri(),
      () -> null, false, "", "ollama:", List.of(), Set.of(), ChatRequest.Caller.UNKNOWN,
      Limits.DEFAULT), upstream, clock::get);

  @AfterEach
  void close() {
    upstream.close();
    fake.close();
  }

  private List<String> ids() {
    return catalogue.models(Duration.ofSeconds(20)).stream().map(Model::id).toList();
  }

  /// Asks until the answer is this one, some time apart.
  private void becomes(String id, Duration apart) throws InterruptedException {
    for (int i = 0; i < 2_000 && !ids().equals(List.of(id)); i++) {
      wait(apart);
      Thread.sleep(5);
    }
    assertEquals(List.of(id), ids());
  }

  private void wait(Duration time) {
    clock.addAndGet(time.toNanos());
  }

  @Test
  void a_fresh_list_is_not_fetched_again_and_an_old_one_is() throws Exception {
    fake.answer(json("{\"data\":[{\"id\":\"a\"}]}"), json("{\"data\":[{\"id\":\"b\"}]}"));
    assertEquals(List.of("ollama:a"), ids());
    wait(Duration.ofMinutes(9));
    assertEquals(List.of("ollama:a"), ids());
    assertEquals(1, fake.requests().size());
    wait(Duration.ofMinutes(2));
    becomes("ollama:b", Duration.ZERO);
    assertEquals(2, fake.requests().size());
  }

  @Test
  void a_list_that_can_not_be_fetched_leaves_what_was_known() throws Exception {
    fake.answer(json("{\"data\":[{\"id\":\"a\"}]}"));
    assertEquals(List.of("ollama:a"), ids());
    for (FakeUpstream.Answer broken : List.of(status(500).body("no"), json("no JSON"))) {
      fake.answer(broken);
      int before = fake.requests().size();
      for (int i = 0; i < 2_000 && fake.requests().size() < before + 2; i++) {
        wait(Duration.ofMinutes(11));
        assertEquals(List.of("ollama:a"), ids());
        Thread.sleep(5);
      }
    }
    fake.answer(json("{\"data\":[{\"id\":\"b\"}]}"));
    becomes("ollama:b", Duration.ofSeconds(16));
  }
}
