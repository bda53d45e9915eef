package skyproxy.openai;

import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import skyproxy.json.Json;

/// The constraints that models turned out to have: what each of them has refused is changed in all
/// further requests to it. Any number of threads.
final class ModelConstraints {
  private static final System.Logger LOG = System.getLogger(ModelConstraints.class.getName());

  /// Names of models come from outside, values from requests: what is kept must have an end.
  private static final int MODELS = 200;
  private static final int LESSONS = 60;

  private final Map<String, List<Lesson>> known = new ConcurrentHashMap<>();

  /// What is known of a model, in the order in which it was learned.
  List<Lesson> of(String model) {
    return known.getOrDefault(model, List.of());
  }

  /// A body as this model takes it; the very same object when nothing is known against it.
  Json.Obj applied(String model, Json.Obj body) {
    return Lesson.applied(of(model), body);
  }

  /// Remembers what a refusal has taught, but for what holds for one request alone.
  synchronized void remember(String model, List<Lesson> lessons) {
    List<Lesson> all = new ArrayList<>(of(model));
    for (Lesson lesson : lessons) {
      if (lesson.once() || all.contains(lesson)) continue;
      all.removeIf(lesson::replaces);
      all.add(lesson);
      LOG.log(Level.INFO, "{0}: {1}, from now on", model, lesson.words());
    }
    if (all.size() > LESSONS) all.clear();
    if (known.size() >= MODELS && !known.containsKey(model)) known.clear();
    if (!all.equals(of(model))) known.put(model, List.copyOf(all));
  }
}
