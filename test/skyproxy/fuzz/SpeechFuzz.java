package skyproxy.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import skyproxy.chat.Chunk;
import skyproxy.chat.Event;
import skyproxy.chat.FinishReason;
import skyproxy.chat.Usage;
import skyproxy.json.Json;
import skyproxy.speech.OutputLimit;
import skyproxy.speech.PieceFilter;
import skyproxy.speech.StopText;
import skyproxy.speech.ThoughtFilter;

/// Words of models: the same is spoken and thought wherever the pieces are cut, and what holds
/// words back loses none.
final class SpeechFuzz {
  private SpeechFuzz() {}

  static Target target() {
    return new Target("speech", Samples.all(Samples.beginnings("jobs", 400), Samples.of(
        "<think>Hm, a stranger.</think>\n\nWell met! \"Dr. Vex\" said: e.g. 3.5 septims.",
        "[THINK]a[/THINK] b <|channel|>analysis<|message|>c<|end|><|start|>assistant"
            + "<|channel|>final<|message|>d<|return|>",
        "ACTION: Attack\nYes. No! <internal_thought>x</internal_thought>",
        "Wait… «Oui !» 「はい。」そうです。😀é",
        "<|begin_of_thought|>t<|end_of_thought|>"
            + "<|begin_of_solution|>s<|end_of_solution|>",
        "thought without a start</think>Spoken.")),
        SpeechFuzz::read, SpeechFuzz::speak);
  }

  /// Whole, and token by token.
  private static void speak(Input input) {
    String text = input.text();
    List<String> tokens = new ArrayList<>();
    for (int at = 0; at < text.length(); at += 4) {
      tokens.add(text.substring(at, Math.min(text.length(), at + 4)));
    }
    for (List<String> pieces : List.of(List.of(text), tokens)) {
      ThoughtFilter thoughts = new ThoughtFilter(true, true);
      PieceFilter sentences = PieceFilter.sentences(true);
      OutputLimit limit = new OutputLimit(List.of("aaab", "<|end|>"), null);
      for (String piece : pieces) {
        thoughts.accept(new Event.Text(piece), sentences::feed);
        limit.feed(piece);
      }
      thoughts.accept(new Event.Finish(FinishReason.STOP, Usage.NONE), sentences::feed);
      sentences.end();
    }
    PieceFilter.wholeSentences(text);
  }

  private static void read(Input input) {
    String text = input.text();
    List<String> pieces = input.pieces(text);
    String whole = thoughts(List.of(text), false);
    assertEquals(whole, thoughts(pieces, false));
    assertEquals(whole, thoughts(pieces, true));
    new ThoughtFilter(true, true).accept(new Event.Text(text), _ -> { });
    for (boolean chunks : new boolean[] {true, false}) {
      assertEquals(text, paced(PieceFilter.words(), pieces, chunks, input));
      assertEquals(text, paced(PieceFilter.sentences(true), pieces, chunks, input));
      assertEquals(text, paced(PieceFilter.sentences(false), pieces, chunks, input));
    }
    String sentences = PieceFilter.wholeSentences(text);
    if (sentences != null) assertEquals(0, text.indexOf(sentences));
    List<String> stops = List.of("said", "</think>", "\n\n", "aa");
    assertEquals(stopped(stops, List.of(text)), stopped(stops, pieces));
    OutputLimit limit = new OutputLimit(List.of("zz"), 1 + input.random().nextInt(100));
    StringBuilder limited = new StringBuilder();
    for (String piece : pieces) limited.append(limit.feed(piece));
    limited.append(limit.end());
    assertEquals(0, text.indexOf(limited.toString()));
  }

  /// What is thought and what is spoken.
  private static String thoughts(List<String> pieces, boolean chunks) {
    ThoughtFilter filter = new ThoughtFilter(true);
    StringBuilder spoken = new StringBuilder();
    StringBuilder thought = new StringBuilder();
    for (Event event : events(pieces, chunks)) {
      filter.accept(event, left -> {
        switch (left) {
          case Event.Text(var words) -> spoken.append(words);
          case Event.Reasoning(var words) -> thought.append(words);
          case Chunk chunk -> {
            spoken.append(chunk.text());
            for (Chunk.Choice choice : chunk.choices()) {
              thought.append(choice.text("reasoning_content"));
            }
          }
          default -> { }
        }
      });
    }
    return spoken + "\0" + thought;
  }

  private static List<Event> events(List<String> pieces, boolean chunks) {
    List<Event> events = new ArrayList<>();
    for (String piece : pieces) events.add(chunks ? chunk(piece, null) : new Event.Text(piece));
    events.add(chunks ? chunk("", "stop") : new Event.Finish(FinishReason.STOP, Usage.NONE));
    return events;
  }

  private static Chunk chunk(String text, String finishReason) {
    return Chunk.of(Json.Obj.builder().put("choices", Json.Arr.of(Chunk.choice(0,
        Json.Obj.builder().put("content", text).build(), finishReason))).build());
  }

  private static String paced(PieceFilter filter, List<String> pieces, boolean chunks,
      Input input) {
    StringBuilder said = new StringBuilder();
    for (Event event : events(pieces, chunks)) {
      if (event instanceof Event.Finish) continue;
      say(filter.feed(event), said);
      if (input.random().nextInt(6) == 0) say(filter.flush(), said);
    }
    say(filter.end(), said);
    return said.toString();
  }

  private static void say(Event event, StringBuilder said) {
    switch (event) {
      case Event.Text(var words) -> said.append(words);
      case Chunk chunk -> said.append(chunk.text());
      case null -> { }
      default -> throw new AssertionError(event);
    }
  }

  private static String stopped(List<String> stops, List<String> pieces) {
    StopText stop = new StopText(stops);
    StringBuilder text = new StringBuilder();
    for (String piece : pieces) text.append(stop.feed(piece));
    return text.append(stop.end()).toString();
  }
}
