package skyproxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The way of a line to the console, also to one that stands still, and what is left of it there.
final class LogQueueTest {
  private static final Formatter WORDS = new Formatter() {
    @Override
    public String format(LogRecord line) {
      return line.getMessage();
    }
  };

  /// An end that stands still until it is let go.
  private static final class Still implements LogQueue.End {
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch letGo = new CountDownLatch(1);
    private final List<String> written = lines();

    @Override
    public void write(String line) throws IOException {
      begun.countDown();
      try {
        letGo.await();
      } catch (InterruptedException stopped) {
        throw new IOException(stopped);
      }
      written.add(line);
    }
  }

  private static List<String> lines() {
    return Collections.synchronizedList(new ArrayList<>());
  }

  private static void awaitLast(String line, List<String> written) throws Exception {
    long end = System.nanoTime() + 60_000_000_000L;
    while (written.isEmpty() || !written.getLast().equals(line)) {
      assertTrue(System.nanoTime() < end, written.toString());
      Thread.sleep(1);
    }
  }

  private static void log(LogQueue queue, String... words) {
    for (String each : words) queue.publish(new LogRecord(Level.INFO, each));
  }

  @Test
  void an_end_gets_every_line_in_its_order() throws Exception {
    List<String> written = lines();
    LogQueue queue = new LogQueue().to("list", WORDS, written::add);
    log(queue, "a", "b", "c");
    awaitLast("c", written);
    assertEquals(List.of("a", "b", "c"), written);
  }

  @Test
  void an_end_that_stands_still_holds_up_nobody_and_says_later_what_it_lacks() throws Exception {
    Still still = new Still();
    List<String> other = lines();
    LogQueue queue = new LogQueue(3, Duration.ZERO)
        .to("console", WORDS, still).to("file", WORDS, other::add);
    log(queue, "a");
    assertTrue(still.begun.await(60, TimeUnit.SECONDS));
    for (String each : List.of("b", "c", "d", "e", "f")) {
      log(queue, each);
      awaitLast(each, other);
    }
    queue.flush(); // comes back although one end does not move
    assertEquals(List.of("a", "b", "c", "d", "e", "f"), other);
    still.letGo.countDown();
    awaitLast("f", still.written);
    assertEquals(List.of("a", "2 lines are missing here: the console stood still meanwhile.",
        "d", "e", "f"), still.written);
  }

  @Test
  void where_half_of_the_room_is_taken_nobody_waits_any_longer() throws Exception {
    List<String> written = lines();
    LogQueue queue = new LogQueue(100, Duration.ofHours(1)).to("list", WORDS, written::add);
    for (int i = 1; i <= 600; i++) {
      log(queue, "line " + i);
      while (i - written.size() > 51) Thread.sleep(1); // one is on its way
    }
    queue.flush();
    assertEquals(600, written.size());
    assertEquals("line 600", written.getLast());
  }

  @Test
  void an_end_that_is_gone_does_not_keep_others_from_theirs() throws Exception {
    List<String> written = lines();
    LogQueue queue = new LogQueue().to("gone", WORDS, _ -> {
      throw new IOException("no space left");
    }).to("list", WORDS, written::add);
    log(queue, "a", "b", "c");
    awaitLast("c", written);
    assertEquals(List.of("a", "b", "c"), written);
  }

  @Test
  void a_line_that_can_not_be_written_does_not_end_the_log() throws Exception {
    List<String> written = lines();
    LogQueue queue = new LogQueue().to("list", new Formatter() {
      @Override
      public String format(LogRecord line) {
        if (line.getMessage().equals("bad")) throw new IllegalStateException("no words");
        return line.getMessage();
      }
    }, written::add);
    log(queue, "bad", "good");
    awaitLast("good", written);
    assertEquals(2, written.size());
    assertTrue(written.getFirst().contains("no words"), written.getFirst());
    assertEquals("good", written.getLast());
  }

  private static String line(String words) {
    return new LogLine("HH:mm:ss").format(new LogRecord(Level.INFO, words));
  }

  @Test
  void a_line_is_plain_but_for_letters() {
    String line = line("“Łódź” — it’s 1–2…\u00a0→ x");
    assertTrue(line.endsWith(" INFO \"Łódź\" - it's 1-2... -> x" + System.lineSeparator()), line);
  }

  @Test
  void a_line_gives_a_terminal_no_orders_and_looks_like_no_other_line() {
    String line = line("a\u001b[2J\u0007b\n12:00:00 INFO c\r\n d");
    assertTrue(line.contains("a?[2J?b 12:00:00 INFO c d"), line);
    assertEquals(1, line.lines().count());
  }

  /// Code pages of consoles that players have: the West, Central Europe, Japan.
  @ParameterizedTest
  @ValueSource(strings = {"IBM437", "IBM850", "IBM852", "MS932", "windows-1252", "US-ASCII"})
  void what_a_code_page_lacks_is_replaced(String name) throws Exception {
    Charset page = Charset.forName(name);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    new PrintStream(bytes, true, page).print(line("“Łódź” – 日本 …"));
    String shown = bytes.toString(page);
    String words = shown.strip().replaceFirst("^\\S+ INFO ", "");
    assertTrue(words.matches("\"[Ł?][ó?]d[ź?]\" - [日?][本?] \\.\\.\\."), shown);
    assertFalse(shown.contains("\ufffd"), shown);
  }
}
