package skyproxy.testing;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import skyproxy.json.Cursor;
import skyproxy.json.Json;

/// A cache of prompts that counts as its vendor does. Counts letters instead of tokens.
public interface CountingCache {

  /// The letters of a prompt.
  ///
  /// @param read how many of all came out of the cache
  /// @param written how many of all were put into it
  record Counted(long all, long read, long written) {}

  /// Takes the body of a request.
  Counted ask(Json.Obj body);

  /// Anthropic's: remembers every prefix that ends at a mark, and reads the longest that is known,
  /// which it looks for at each mark and up to twenty blocks before it.
  /// https://docs.claude.com/en/docs/build-with-claude/prompt-caching
  static CountingCache ofMarks() {
    return new CountingCache() {
      private static final int BACK = 20;
      private final Set<String> known = new HashSet<>();

      @Override
      public synchronized Counted ask(Json.Obj body) {
        List<Cursor> blocks = new ArrayList<>(Cursor.of(body).at("system").arrayOrEmpty());
        for (Cursor turn : Cursor.of(body).at("messages").array()) {
          blocks.addAll(turn.at("content").array());
        }
        List<String> prefixes = new ArrayList<>();
        List<Long> lengths = new ArrayList<>();
        List<Integer> marks = new ArrayList<>();
        String prefix = "";
        long length = 0;
        for (Cursor block : blocks) {
          // The way to a block tells system from turns, and one turn from another.
          prefix = Integer.toHexString((prefix + block.path()
              + block.at("text").string()).hashCode()) + prefix.length();
          length += block.at("text").string().length();
          if (!block.at("cache_control").isMissing()) marks.add(prefixes.size());
          prefixes.add(prefix);
          lengths.add(length);
        }
        assertTrue(marks.size() <= 4, "four marks at most");
        long read = 0;
        long kept = 0;
        for (int mark : marks) {
          for (int at = mark; at >= Math.max(0, mark - BACK); at--) {
            if (known.contains(prefixes.get(at))) read = Math.max(read, lengths.get(at));
          }
          kept = lengths.get(mark);
        }
        for (int mark : marks) known.add(prefixes.get(mark));
        return new Counted(length, read, Math.max(0, kept - read));
      }
    };
  }

  /// OpenAI's: reads what a prompt has in common with an earlier one, in steps, from a shortest
  /// prefix on. https://platform.openai.com/docs/guides/prompt-caching
  static CountingCache ofPrefixes() {
    return new CountingCache() {
      private static final int SHORTEST = 4 * 1_024;
      private static final int STEP = 4 * 128;
      private final List<String> asked = new ArrayList<>();

      @Override
      public synchronized Counted ask(Json.Obj body) {
        StringBuilder text = new StringBuilder();
        for (Cursor message : Cursor.of(body).at("messages").array()) {
          text.append(message.at("content").string());
        }
        int common = 0;
        for (String before : asked) {
          int at = 0;
          while (at < before.length() && at < text.length()
              && before.charAt(at) == text.charAt(at)) at++;
          common = Math.max(common, at);
        }
        asked.add(text.toString());
        return new Counted(text.length(), common < SHORTEST ? 0 : common / STEP * STEP, 0);
      }
    };
  }
}
