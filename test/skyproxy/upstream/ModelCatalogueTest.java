package skyproxy.upstream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static skyproxy.testing.FakeUpstream.json;
import static skyproxy.testing.FakeUpstream.status;

import java.io.ByteArrayOutputStream;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import skyproxy.chat.Model;
import skyproxy.json.Cursor;
import skyproxy.json.Json;
import skyproxy.testing.FakeUpstream;

/// A list of models is fetched once for all, grows old, and is not lost when its server is away.
@Tag("core")
final class ModelCatalogueTest {
  private static final Duration LONG = Duration.ofSeconds(20);

  private final FakeUpstream fake = new FakeUpstream();
  private final AtomicLong clock = new AtomicLong();
  private final AtomicBoolean allowed = new AtomicBoolean(true);
  private final HttpUpstream upstream =
      new HttpUpstream("Fake", fake.uri(), Duration.ofSeconds(5));
  private final ModelCatalogue catalogue = new ModelCatalogue(upstream,
      () -> allowed.get() ? HttpRequest.newBuilder(fake.uri()).header("X-Key", "k") : null,
      ModelCatalogueTest::read, clock::get);

  @AfterEach
  void close() {
    upstream.close();
    fake.close();
  }

  private static List<Model> read(Json answer) {
    List<Model> models = new ArrayList<>();
    for (Cursor id : Cursor.of(answer).at("data").array()) {
      models.add(new Model(id.string(), 0, "fake"));
    }
    return models;
  }

  private List<String> ids() {
    return catalogue.models(LONG).stream().map(Model::id).toList();
  }

  private void wait(Duration time) {
    clock.addAndGet(time.toNanos());
  }

  /// Asks until the answer is this one, some time apart.
  private void becomes(String id, Duration apart) throws InterruptedException {
    for (int i = 0; i < 2_000 && !ids().equals(List.of(id)); i++) {
      wait(apart);
      Thread.sleep(5);
    }
    assertEquals(List.of(id), ids());
  }

  @Test
  void a_fresh_list_is_not_fetched_again_and_an_old_one_is() throws Exception {
    fake.answer(json("{\"data\":[\"a\"]}"), json("{\"data\":[\"b\"]}"));
    assertEquals(List.of("a"), ids());
    assertEquals("k", fake.requests().getFirst().header("x-key"));
    wait(Duration.ofMinutes(9));
    assertEquals(List.of("a"), ids());
    assertEquals(1, fake.requests().size());
    wait(Duration.ofMinutes(2));
    becomes("b", Duration.ZERO);
    assertEquals(2, fake.requests().size());
  }

  @Test
  void a_list_that_comes_packed_is_read() throws Exception {
    var packed = new ByteArrayOutputStream();
    try (var out = new GZIPOutputStream(packed)) {
      out.write("{\"data\":[\"a\"]}".getBytes(UTF_8));
    }
    fake.answer(json("").header("Content-Encoding", "gzip").body(packed.toByteArray()));
    assertEquals(List.of("a"), ids());
  }

  @Test
  void a_list_that_can_not_be_fetched_leaves_what_was_known() throws Exception {
    fake.answer(json("{\"data\":[\"a\"]}"));
    assertEquals(List.of("a"), ids());
    for (FakeUpstream.Answer broken : List.of(status(500).body("no"), json("no JSON"),
        json("{\"data\":[1]}"))) {
      fake.answer(broken);
      int before = fake.requests().size();
      for (int i = 0; i < 2_000 && fake.requests().size() < before + 2; i++) {
        wait(Duration.ofMinutes(11));
        assertEquals(List.of("a"), ids());
        Thread.sleep(5);
      }
      assertEquals(before + 2, fake.requests().size());
    }
    fake.answer(json("{\"data\":[\"b\"]}"));
    becomes("b", Duration.ofSeconds(16));
  }

  @Test
  void nothing_is_asked_as_long_as_it_can_not_be_and_at_once_when_it_can() {
    fake.answer(json("{\"data\":[\"a\"]}"));
    allowed.set(false);
    assertEquals(List.of(), ids());
    assertEquals(0, fake.requests().size());
    allowed.set(true);
    assertEquals(List.of("a"), ids());
  }

  @Test
  void a_silent_server_keeps_nobody_longer_than_they_want() {
    fake.answer(FakeUpstream.silence());
    assertEquals(List.of(), catalogue.models(Duration.ZERO));
    assertEquals(List.of(), catalogue.models(Duration.ofMillis(20)));
  }

  @Test
  void many_who_ask_share_one_fetch() {
    fake.answer(json("{\"data\":[\"a\"]}").after(Duration.ofMillis(50)));
    for (int i = 0; i < 9; i++) catalogue.models(Duration.ZERO);
    assertEquals(List.of("a"), ids());
    assertEquals(1, fake.requests().size());
  }
}
