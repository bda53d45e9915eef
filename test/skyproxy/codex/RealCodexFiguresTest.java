package skyproxy.codex;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static skyproxy.codex.CodexStage.ask;
import static skyproxy.codex.CodexStage.says;
import static skyproxy.testing.Replies.next;
import static skyproxy.testing.Replies.rest;
import static skyproxy.testing.Replies.until;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skyproxy.chat.Limits;
import skyproxy.chat.Reply;
import skyproxy.testing.RealCli;
import skyproxy.upstream.Readiness;

/// The speed of the real Codex CLI behind us, and its size. The figures are printed;
/// what is asserted is how they compare, on the same computer at the same time.
@Tag("cli")
final class RealCodexFiguresTest {
  @TempDir Path temp;
  private String cli;
  private CodexBackend backend;

  @BeforeEach
  void open() throws IOException {
    cli = RealCli.codex().toString();
    backend = new CodexBackend();
    CodexBackend.logInWithKey(temp.resolve("real"));
  }

  @AfterEach
  void close() {
    if (backend != null) backend.close();
  }

  private CodexProvider start(String program) {
    return new CodexProvider(program, temp.resolve("real"), temp.resolve("own"), Limits.DEFAULT,
        true, backend.settings(), backend.environment(), new Readiness(true, Readiness.USUAL));
  }

  /// Milliseconds from the request to the first delta.
  private static double firstDelta(CodexProvider codex) {
    long start = System.nanoTime();
    try (Reply reply = codex.open(says("Hello"))) {
      next(reply);
      double millis = (System.nanoTime() - start) / 1e6;
      assertNull(rest(reply).failure());
      return millis;
    }
  }

  private static double median(List<Double> values) {
    Collections.sort(values);
    return values.get(values.size() / 2);
  }

  @Test
  void a_warm_thread_answers_far_sooner_than_a_cold_start_or_a_process_of_its_own()
      throws IOException {
    List<Double> warm = new ArrayList<>();
    double cold;
    try (CodexProvider codex = start(cli)) {
      cold = firstDelta(codex);
      for (int i = 0; i < 15; i++) {
        until("a warm thread", () -> codex.warmThreads() >= 4);
        warm.add(firstDelta(codex));
      }
    }
    List<Double> exec = new ArrayList<>();
    Path script = Files.writeString(temp.resolve("codex"),
        "#!/bin/sh\n[ \"$1\" = app-server ] && exit 1\nexec '" + cli + "' \"$@\"\n");
    assumeTrue(script.toFile().setExecutable(true));
    try (CodexProvider codex = start(script.toString())) {
      until("ready", () -> codex.health().ready());
      for (int i = 0; i < 5; i++) exec.add(firstDelta(codex));
    }
    double best = Collections.min(warm);
    System.out.printf("codex: request to first delta: warm %.0f ms (best %.0f), cold start %.0f "
        + "ms, exec %.0f ms%n", median(warm), best, cold, median(exec));
    assertTrue(median(warm) * 2 < median(exec), "a warm thread is at least twice as fast as exec");
    assertTrue(median(warm) * 2 < cold, "a warm thread is at least twice as fast as a cold start");
  }

  @Test
  void a_hundred_requests_leave_no_trace_in_memory() throws IOException {
    assumeTrue(Files.exists(Path.of("/proc/self/status")), "Memory is read from /proc.");
    try (CodexProvider codex = start(cli)) {
      for (int i = 0; i < 30; i++) assertEquals("Well met!", ask(codex, "Hello").text());
      long before = memory();
      for (int i = 0; i < 100; i++) assertEquals("Well met!", ask(codex, "Hello").text());
      long after = memory();
      System.out.printf("codex: memory after 30 requests %d MB, after 130 %d MB%n",
          before / 1024, after / 1024);
      assertTrue(after < before * 1.25, before + " kB grew to " + after + " kB");
    }
  }

  /// Of the app-server, in kilobytes.
  private static long memory() throws IOException {
    ProcessHandle server = ProcessHandle.current().descendants().filter(child ->
        child.info().commandLine().map(line -> line.contains("app-server")).orElse(false))
        .findFirst().orElseThrow();
    return Files.readAllLines(Path.of("/proc/" + server.pid() + "/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", ""))).findFirst().orElseThrow();
  }
}
