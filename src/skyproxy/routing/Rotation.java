package skyproxy.routing;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;

/// The turns of each distinct list of models. Any number of threads.
///
/// A turn is taken when a request begins, so a hundred requests at once get even shares; when the
/// model whose turn it was fails, the turn is given back and the next request takes it. A model
/// in cooldown is passed over and misses its turn, so that those left share evenly too.
final class Rotation {
  private static final int LISTS = 1_000;

  private static final class Counter {
    long next;
    final ArrayDeque<Integer> returned = new ArrayDeque<>();
  }

  /// The clients name the lists, so their number is bounded: the longest unused is forgotten.
  private final Map<String, Counter> counters =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Counter> eldest) {
          return size() > LISTS;
        }
      };

  /// One turn of a list, and with it perhaps one of the list that this one stands in.
  final class Turn {
    private final Counter counter;
    private final int position;
    private final Turn outer;

    private Turn(Counter counter, int position, Turn outer) {
      this.counter = counter;
      this.position = position;
      this.outer = outer;
    }

    /// Whose turn it is, counted from 0.
    int position() {
      return position;
    }

    Turn and(Turn other) {
      return other == null ? this : new Turn(counter, position, other);
    }

    /// The model whose turn it was did not answer. One turn of each model is kept: what fails a
    /// hundred requests at once must not get the next hundred.
    void giveBack() {
      synchronized (counters) {
        if (!counter.returned.contains(position)) counter.returned.add(position);
      }
      if (outer != null) outer.giveBack();
    }
  }

  /// Takes the next turn of a list.
  ///
  /// @param available which of its models may be asked; none: all of them are
  Turn next(String list, boolean[] available) {
    boolean any = IntStream.range(0, available.length).anyMatch(i -> available[i]);
    synchronized (counters) {
      Counter counter = counters.computeIfAbsent(list, _ -> new Counter());
      for (Iterator<Integer> kept = counter.returned.iterator(); kept.hasNext(); ) {
        int position = kept.next();
        if (any && !available[position]) continue;
        kept.remove();
        return new Turn(counter, position, null);
      }
      int position = (int) (counter.next++ % available.length);
      while (any && !available[position]) position = (int) (counter.next++ % available.length);
      return new Turn(counter, position, null);
    }
  }
}
