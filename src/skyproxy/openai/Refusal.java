package skyproxy.openai;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import skyproxy.json.Json;

/// An error of an OpenAI-compatible server, and the [Lesson]s in it with which the request that it
/// refused may be made again.
///
/// Servers name one objection at a time, with any status, and inside streams with none: the words
/// count. [RefusalTable] knows them, and [NamedMembers] the names in them.
///
/// @param status as it came, or the likely one of an error inside a reply
/// @param error its body
record Refusal(int status, Json error) {
  /// Statuses of errors that are not about the request, whatever their words.
  private static final Set<Integer> OTHERS = Set.of(401, 403, 408, 413, 429, 529);

  /// Codes of refusals that are about the content, which nothing left out would change.
  private static final Pattern FINAL = Pattern.compile("content_\\w+|context_length\\w*"
      + "|exceed_context\\w*|\\w*polic\\w*|moderation\\w*", Pattern.CASE_INSENSITIVE);

  /// What it is about, as far as its words tell and its status leaves open.
  RefusalKind kind() {
    boolean open = status / 100 == 5 && status != 529 || status == 400 || status == 404
        || status == 422;
    return open ? RefusalKind.of(RefusalText.of(error).all()) : RefusalKind.UNKNOWN;
  }

  /// How many tokens the prompt has, and how many there may be; null when it does not say.
  RefusalTable.Room room() {
    return RefusalTable.room(RefusalText.of(error).all());
  }

  /// What it teaches, all of which is to be changed at once; empty when that is nothing new.
  ///
  /// @param sent the body that was refused
  /// @param known what is known of the model
  List<Lesson> lessons(Json.Obj sent, List<Lesson> known) {
    if (OTHERS.contains(status)) return List.of();
    RefusalText text = RefusalText.of(error);
    return ways(text, sent, known).map(way -> news(way, sent)).filter(way -> !way.isEmpty())
        .findFirst().orElse(List.of());
  }

  private Stream<List<Lesson>> ways(RefusalText text, Json.Obj sent, List<Lesson> known) {
    String words = text.all();
    Stream<List<Lesson>> room = RefusalTable.limits(words, sent);
    boolean content = text.lines().stream().anyMatch(line -> FINAL.matcher(line).matches())
        || UpstreamError.read(error).refusesContent();
    if (status == 402 || content) return room;
    boolean order = RefusalTable.aboutOrder(words);
    boolean certain = status == 400 || status == 422 || NamedMembers.refuses(words);
    Stream<List<Lesson>> members = !certain ? Stream.empty()
        : Stream.concat(Stream.of(NamedMembers.lessons(text, sent, !order, known)),
            RefusalTable.ideas(words, sent));
    return Stream.of(room, RefusalTable.thinking(words, sent), members,
        RefusalTable.orders(words, sent)).flatMap(each -> each);
  }

  /// Those of some lessons that change the body.
  private static List<Lesson> news(List<Lesson> way, Json.Obj sent) {
    return way.stream().filter(lesson -> !lesson.applied(sent).equals(sent)).toList();
  }
}
