package skyproxy.speech;

/// Decides how much of a text that is still being written may go on: [WholeWords] or [Sentences].
/// One instance for one choice of a reply, one thread.
interface Pacing {

  /// Takes the next piece and returns what may go on now, maybe "".
  String feed(String delta);

  /// Whether something is held back that must not wait for long.
  boolean holding();

  /// Lets go of that, but for one half of a surrogate pair.
  String flush();

  /// Lets go of all that is held back, at the end of the text.
  String end();

  /// Ends a text that broke off behind its last whole sentence.
  ///
  /// @return what of that has not gone on yet, maybe ""; null when no sentence is whole, or it is
  ///     not known
  String cut();
}
