package skyproxy.routing;

import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;

/// Whose turn it is, for each distinct list of models. Any number of threads.
///
/// A turn is taken when a request begins, so a hundred requests at once get even shares; when the
/// model whose turn it was fails, the turn is given back and the next request takes it.
final class Rotation {
  private static final int LISTS = 1_000;

  private static final class Counter {
    long next;
    final ArrayDeque<Long> returned = new ArrayDeque<>();
  }

  /// The clients name the lists, so their number is bounded: the longest unused is forgotten.
  private final Map<String, Counter> counters =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Counter> eldest) {
          return size() > LISTS;
        }
      };

  /// One turn of a list, and with it perhaps one of a list inside.
  final class Turn {
    private final Counter counter;
    private final long number;
    private final Turn inner;

    private Turn(Counter counter, long number, Turn inner) {
      this.counter = counter;
      this.number = number;
      this.inner = inner;
    }

    long number() {
      return number;
    }

    Turn and(Turn other) {
      return other == null ? this : new Turn(counter, number, other);
    }

    /// The model whose turn it was did not answer.
    void giveBack() {
      synchronized (counters) {
        counter.returned.add(number);
      }
      if (inner != null) inner.giveBack();
    }
  }

  Turn next(String list) {
    synchronized (counters) {
      Counter counter = counters.computeIfAbsent(list, _ -> new Counter());
      Long returned = counter.returned.poll();
      return new Turn(counter, returned != null ? returned : counter.next++, null);
    }
  }
}
