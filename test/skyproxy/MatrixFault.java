package skyproxy;

import java.util.Set;

/// A fault of an upstream, and what may come of it.
///
/// @param name a word; prompts name it
/// @param must what must be heard
/// @param codes those that its error may have
/// @param stalls whether nothing more comes, so that only time ends it
record MatrixFault(String name, Must must, Set<String> codes, boolean stalls) {
  /// The whole answer.
  enum Must { BE_WHOLE, FAIL, DO_EITHER }

  static final String WHOLE = "Ten septims for you. The night — long.";

  private static final Set<String> BROKEN =
      Set.of("upstream_error", "upstream_unreachable", "provider_not_ready", "empty_reply");

  static MatrixFault whole(String name) {
    return new MatrixFault(name, Must.BE_WHOLE, BROKEN, false);
  }

  static MatrixFault fails(String name) {
    return new MatrixFault(name, Must.FAIL, BROKEN, false);
  }

  static MatrixFault silent(String name) {
    return new MatrixFault(name, Must.FAIL, Set.of("upstream_timeout"), true);
  }

  static MatrixFault either(String name) {
    return new MatrixFault(name, Must.DO_EITHER, BROKEN, false);
  }

  /// It breaks off behind so many steps.
  ///
  /// @param last with how many of them the answer is complete
  static MatrixFault cut(String name, int behind, int last) {
    return new MatrixFault(name + behind,
        behind < last ? Must.FAIL : Must.DO_EITHER, BROKEN, false);
  }

  /// It falls silent behind so many steps.
  static MatrixFault stall(int behind, int last) {
    return new MatrixFault("stall" + behind, behind < last ? Must.FAIL : Must.DO_EITHER,
        Set.of("upstream_timeout"), true);
  }

  /// Which step the name of a fault ends in.
  int behind() {
    return Integer.parseInt(name.replaceAll("\\D", ""));
  }

  /// Whether it is about too much of something.
  boolean large() {
    return is("huge") || is("endless") || is("line");
  }

  boolean is(String kind) {
    return name.replaceAll("\\d", "").equals(kind);
  }
}
