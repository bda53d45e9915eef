package skyproxy.routing;

import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import skyproxy.routing.Cooldown.Standing;

/// The targets for one request, in order, each once: the meaning of its `model` text.
///
/// Worked out step by step: a list behind a `>` takes its turn only when it is reached, so it is
/// shared out evenly among the requests that need it. Targets in cooldown come last. One thread.
final class TargetOrder {

  /// A target, and the turn that was taken to put it first; null when there was none.
  record Step(Target target, Rotation.Turn turn) {}

  /// Ids that take turns; `outer` is a turn taken already, which goes to the first of them.
  private record Item(List<String> ids, Rotation.Turn outer) {}

  private final Map<String, String> aliases;
  private final Function<String, Target> targets;
  private final Rotation rotation;
  private final Cooldown.Visit visit;
  private final ArrayDeque<Item> pending = new ArrayDeque<>();
  private final ArrayDeque<Step> inCooldown = new ArrayDeque<>();
  private final Set<String> seen = new HashSet<>();

  /// @param aliases short names for texts; none leads back to itself
  /// @param targets where an id leads that is no alias
  /// @param visit who is ready and not in cooldown
  TargetOrder(String text, Map<String, String> aliases, Function<String, Target> targets,
      Rotation rotation, Cooldown.Visit visit) {
    this.aliases = aliases;
    this.targets = targets;
    this.rotation = rotation;
    this.visit = visit;
    push(text, null);
  }

  /// Whether there may be somebody left to ask.
  boolean mayHaveMore() {
    return !pending.isEmpty() || !inCooldown.isEmpty();
  }

  /// Whether somebody is left who can be counted on: not in cooldown, nor to be tried after one.
  boolean hasFree() {
    return pending.stream().flatMap(item -> item.ids.stream()).anyMatch(this::free);
  }

  private boolean free(String id) {
    String meaning = aliases.get(id);
    return meaning != null ? ModelText.ids(meaning).stream().anyMatch(this::free)
        : !seen.contains(id) && visit.standing(targets.apply(id)) == Standing.FREE;
  }

  /// The next target, or null after the last one.
  Step next() {
    for (Item item; (item = pending.poll()) != null; ) {
      String id = item.ids.getFirst();
      if (item.ids.size() > 1) {
        takeTurns(item);
      } else if (aliases.containsKey(id)) {
        push(aliases.get(id), item.outer);
      } else if (seen.add(id)) {
        Step step = new Step(targets.apply(id), item.outer);
        if (visit.take(step.target())) return step;
        inCooldown.add(step);
      }
    }
    return inCooldown.poll();
  }

  private void push(String text, Rotation.Turn outer) {
    List<List<String>> lists = ModelText.lists(text);
    for (int i = lists.size() - 1; i >= 0; i--) {
      pending.push(new Item(lists.get(i), i == 0 ? outer : null));
    }
  }

  private void takeTurns(Item item) {
    int size = item.ids.size();
    boolean[] usable = new boolean[size];
    for (int i = 0; i < size; i++) usable[i] = available(item.ids.get(i));
    Rotation.Turn turn = rotation.next(String.join(",", item.ids), usable);
    for (int i = size - 1; i >= 0; i--) {
      String id = item.ids.get((turn.position() + i) % size);
      pending.push(new Item(List.of(id), i == 0 ? turn.and(item.outer) : null));
    }
  }

  private boolean available(String id) {
    String meaning = aliases.get(id);
    return meaning == null ? visit.standing(targets.apply(id)) != Standing.RESTING
        : ModelText.ids(meaning).stream().anyMatch(this::available);
  }
}
