package skyproxy.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import skyproxy.json.Json;
import skyproxy.testing.Os;
import skyproxy.upstream.JsonLines.Line;

/// Real child processes of every temper, and what is heard of them.
@Tag("core")
final class JsonLinesTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  private final LinkedBlockingQueue<Line> heard = new LinkedBlockingQueue<>();
  private final CountDownLatch ended = new CountDownLatch(1);
  private final List<ProcessHandle> strays = new ArrayList<>();
  private Subprocess child;
  private JsonLines lines;

  /// A child that does as the word says with which it is started.
  static final class Child {
    public static void main(String[] args) throws Exception {
      PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
      switch (args[0]) {
        case "echo" -> echo(out);
        case "noise" -> {
          out.println("warming up\n[1]\n{\"cut\":\n{\"a\":1}");
          System.err.println("last words");
          System.exit(3);
        }
        case "mute" -> {
          out.close();
          Thread.sleep(LONG);
        }
        case "deaf" -> {
          System.in.close();
          out.println("{\"deaf\":true}");
          Thread.sleep(LONG);
        }
        case "sleep" -> Thread.sleep(LONG);
        case "stubborn" -> {
          out.println("{\"pid\":" + sleeper().pid() + "}");
          Thread.sleep(LONG);
        }
        case "leaves-a-sleeper" -> out.println("{\"pid\":" + sleeper().pid() + "}");
        default -> System.exit(2);
      }
    }

    private static void echo(PrintStream out) throws IOException {
      BufferedReader in = new BufferedReader(
          new InputStreamReader(System.in, StandardCharsets.UTF_8));
      for (String line; (line = in.readLine()) != null; ) out.println(line);
      out.println("{\"bye\":true}");
      System.exit(7);
    }

    private static ProcessHandle sleeper() throws IOException {
      return builder("sleep").inheritIO().start().toHandle();
    }
  }

  private static ProcessBuilder builder(String temper) {
    return new ProcessBuilder(Os.java(), Os.QUIET, "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC", "-Xmx32m", "-cp", System.getProperty("java.class.path"),
        Child.class.getName(), temper);
  }

  private void start(String temper) throws IOException {
    child = Subprocess.start(builder(temper));
    lines = new JsonLines(child);
    lines.begin(heard::add, ended::countDown);
  }

  @AfterEach
  void leaveNothingBehind() {
    child.close();
    strays.forEach(ProcessHandle::destroyForcibly);
  }

  private static Json.Obj object(String text) {
    return (Json.Obj) Json.parse(text);
  }

  private Line hear() throws InterruptedException {
    Line line = heard.poll(LONG.toSeconds(), TimeUnit.SECONDS);
    assertNotNull(line, "nothing was heard");
    return line;
  }

  private void hears(String text) throws InterruptedException {
    assertEquals(new Line.Message(object(text)), hear());
  }

  /// A process that the child has started, and named in its first line.
  private ProcessHandle grandchild() throws InterruptedException {
    Json.Num pid = (Json.Num) ((Line.Message) hear()).json().get("pid");
    ProcessHandle handle = ProcessHandle.of(pid.longValue()).orElseThrow();
    strays.add(handle);
    return handle;
  }

  private void gone() throws InterruptedException {
    assertTrue(ended.await(LONG.toSeconds(), TimeUnit.SECONDS), "the process is still there");
    assertFalse(child.process().isAlive());
    assertNull(heard.poll(), "something came behind the end");
  }

  @Test
  void lines_go_out_and_come_back_whole_and_in_order() throws Exception {
    start("echo");
    for (int i = 0; i < 1_000; i++) lines.send(object("""
        {"n":%s,"s":"Łódź\\n日本"}""".formatted(i)));
    for (int i = 0; i < 1_000; i++) hears("""
        {"n":%s,"s":"Łódź\\n日本"}""".formatted(i));
  }

  @Test
  void a_text_goes_out_as_it_is_and_ends_stdin() throws Exception {
    start("echo");
    lines.finish("{\"a\":\n{\"b\":2}");
    hears("{\"b\":2}");
    hears("{\"bye\":true}");
    assertEquals(new Line.End(), hear());
  }

  @Test
  void one_that_is_asked_to_end_reads_to_the_end_and_ends_by_itself() throws Exception {
    start("echo");
    lines.send(object("{\"last\":1}"));
    lines.close(LONG);
    hears("{\"last\":1}");
    hears("{\"bye\":true}");
    assertEquals(new Line.End(), hear());
    gone();
    assertEquals(7, child.process().exitValue());
  }

  @Test
  void what_is_no_object_is_passed_over_and_the_end_knows_the_last_words() throws Exception {
    start("noise");
    hears("{\"a\":1}");
    assertEquals(new Line.End(), hear());
    assertEquals(3, child.process().exitValue());
    assertEquals("last words", child.stderr().strip());
    gone();
    lines.send(object("{}"));
    lines.close(Duration.ZERO);
  }

  @Test
  void one_that_does_not_end_when_asked_is_killed_with_what_it_started() throws Exception {
    start("stubborn");
    ProcessHandle grandchild = grandchild();
    lines.close(Duration.ofMillis(50));
    assertEquals(new Line.End(), hear());
    gone();
    grandchild.onExit().get(LONG.toSeconds(), TimeUnit.SECONDS);
  }

  @Test
  void one_that_has_ended_is_gone_though_what_it_started_holds_its_pipes() throws Exception {
    start("leaves-a-sleeper");
    ProcessHandle grandchild = grandchild();
    assertEquals(new Line.End(), hear());
    gone();
    assertTrue(grandchild.isAlive());
  }

  @Test
  void one_that_says_nothing_more_is_ended() throws Exception {
    start("mute");
    assertEquals(new Line.End(), hear());
    gone();
  }

  @Test
  void one_that_reads_no_more_is_ended() throws Exception {
    start("deaf");
    hears("{\"deaf\":true}");
    lines.send(object("{}"));
    assertEquals(new Line.End(), hear());
    gone();
  }

  @Test
  void one_that_does_not_read_holds_up_nobody() throws Exception {
    start("sleep");
    Json.Obj large = Json.Obj.builder().put("s", "x".repeat(1 << 20)).build();
    for (int i = 0; i < 8; i++) lines.send(large);
    lines.close(Duration.ZERO);
    assertEquals(new Line.End(), hear());
    gone();
  }
}
