package skyproxy.speech;

import java.util.HashSet;
import java.util.Set;
import java.util.function.UnaryOperator;
import skyproxy.chat.Chunk;

/// Changes the chunks of one reply, choice by choice, and drops those of which nothing is left: a
/// reply of ten thousand thoughts would else be ten thousand chunks of nothing.
///
/// A chunk of which nothing is changed passes as the very same object. One instance a reply, one
/// thread.
final class ChunkEdits {
  private final Set<Integer> introduced = new HashSet<>();

  /// What is left of a chunk; null when that is nothing worth sending. The chunk that says who
  /// speaks always is.
  Chunk apply(Chunk chunk, UnaryOperator<Chunk.Choice> change) {
    boolean introduces = false;
    for (Chunk.Choice choice : chunk.choices()) {
      if (choice.introduces() && introduced.add(choice.index())) introduces = true;
    }
    Chunk left = chunk.edit(change);
    return left == chunk || introduces || left.informs() ? left : null;
  }
}
