package skyproxy.threads;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.Runtime.Version;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import skyproxy.json.Cursor;
import skyproxy.testing.Program;
import skyproxy.threads.Threads.Kind;

/// The kind of thread by the version of Java, and the program on either.
@Tag("core")
final class ThreadsTest {
  private static final int MANY = 200;

  @ParameterizedTest
  @ValueSource(strings = {"25", "25+36-LTS", "25.0.1+8-LTS", "25.0.2+10-LTS-jvmci-b01",
      "25.0.3+9-LTS", "25.0.3.9.1+1", "25.0.4-ea+3", "26-ea+20", "26+35", "26.0.1-beta+5",
      "27-ea+12"})
  void a_java_with_a_fault_gets_ordinary_threads(String java) {
    assertEquals(Kind.ORDINARY, Kind.chosen(null, Version.parse(java)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"25.0.4+7-LTS", "25.0.4.1+1-LTS", "25.0.5-ea+1", "25.0.10", "25.1",
      "26.0.1+8", "26.0.2", "27+33", "27.0.1", "28-ea+2", "29"})
  void a_java_without_them_gets_virtual_ones(String java) {
    assertEquals(Kind.VIRTUAL, Kind.chosen(null, Version.parse(java)));
    assertNull(Threads.advice(Version.parse(java)));
  }

  @Test
  void either_kind_can_be_forced_and_nothing_else() {
    Version faulty = Version.parse("25.0.3");
    assertEquals(Kind.VIRTUAL, Kind.chosen("virtual", faulty));
    assertEquals(Kind.ORDINARY, Kind.chosen("ordinary", Version.parse("27")));
    assertEquals(Kind.ORDINARY, Kind.chosen("green", faulty));
  }

  @ParameterizedTest
  @ValueSource(strings = {"25.0.3+9-LTS 25.0.4", "26+35 26.0.1", "27-ea+12 27"})
  void the_player_is_told_the_release_to_update_to(String pair) {
    String[] versions = pair.split(" ");
    String advice = Threads.advice(Version.parse(versions[0]));
    assertTrue(advice.startsWith("This Java (" + versions[0].split("\\+")[0] + ") "), advice);
    assertTrue(advice.endsWith("update Java to " + versions[1] + " or newer."), advice);
  }

  @Test
  void no_task_queues_however_many_there_are() throws Exception {
    CountDownLatch all = new CountDownLatch(MANY);
    try (ExecutorService pool = Threads.pool("test")) {
      Future<?> last = null;
      for (int i = 0; i < MANY; i++) {
        last = pool.submit(() -> {
          all.countDown();
          all.await();
          Thread self = Thread.currentThread();
          assertEquals(Threads.kind() == Kind.VIRTUAL, self.isVirtual());
          assertTrue(self.isDaemon());
          assertTrue(self.getName().startsWith("test"), self.getName());
          return null;
        });
      }
      last.get();
    }
  }

  @ParameterizedTest
  @EnumSource
  void the_program_answers_alike_on_both_kinds_and_says_which(Kind kind, @TempDir Path folder)
      throws Exception {
    try (Program proxy = Program.on(kind, folder, "--config", "config.json")) {
      String said = proxy.post("/v1/chat/completions", """
          {"model":"demo","messages":[{"role":"user","content":"Who goes there?"}]}""").body();
      assertTrue(said.contains("\"finish_reason\":\"stop\""), said);
      Cursor java = proxy.json("/stats").at("java");
      assertEquals(Runtime.version().toString(), java.at("version").string());
      assertEquals(kind.wireName(), java.at("threads").string());
      String advice = java.at("advice").stringOr(null);
      boolean concerned = kind == Kind.ORDINARY && Kind.of(Runtime.version()) == kind;
      assertEquals(concerned ? Threads.advice(Runtime.version()) : null, advice);
      long end = System.nanoTime() + 60_000_000_000L;
      while (concerned && !proxy.stderr().contains("or newer.") && System.nanoTime() < end) {
        Thread.sleep(20); // the log is written in the background
      }
      long lines = proxy.stderr().lines().filter(line -> line.contains("This Java (")).count();
      assertEquals(concerned ? 1 : 0, lines, proxy.stderr());
    }
  }
}
