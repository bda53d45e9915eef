package skyproxy.chat;

import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/// A number that stands for the beginning of a prompt, which a cache would keep: its first messages
/// as they are, until about a thousand tokens are together. Of the newest message, which the next
/// prompt will not have, so much counts as is missing then.
///
/// Alike beginnings have the same number, different ones hardly ever. Each run of the program has
/// numbers of its own, so none of them says anything of the words that it stands for.
public final class Beginning {
  private static final int ENOUGH = 4_000;
  private static final long SALT = ThreadLocalRandom.current().nextLong();
  private static final long PRIME = 0x100000001b3L;

  private Beginning() {}

  /// Reads every letter of the beginning once: some tens of microseconds.
  public static long of(List<Message> messages) {
    long number = SALT;
    int letters = 0;
    for (int i = 0; i < messages.size() && letters < ENOUGH; i++) {
      String text = messages.get(i).text();
      boolean newest = i == messages.size() - 1;
      int end = newest ? Math.min(text.length(), ENOUGH - letters) : text.length();
      number = (number ^ (messages.get(i).role().ordinal() + 1L << 32 | end)) * PRIME;
      for (int at = 0; at < end; at++) number = (number ^ text.charAt(at)) * PRIME;
      letters += end;
    }
    return number;
  }
}
