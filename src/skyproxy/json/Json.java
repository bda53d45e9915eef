package skyproxy.json;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.SequencedMap;

/// A JSON value: one of six kinds, immutable.
///
/// `toString` is the value's compact JSON text. Equality is that of records: members are compared
/// without regard to their order, and numbers by their text, so `1.0` is not `1`.
public sealed interface Json {

  /// The value `null`, of which there is only one.
  Null NULL = Null.NULL;

  /// Reads a whole JSON text; a byte order mark at its start is skipped.
  ///
  /// @throws JsonException if the text is not JSON, or nested deeper than 512 levels
  static Json parse(String text) {
    return new JsonReader(text).document();
  }

  /// Reads a whole JSON text in UTF-8; a byte order mark at its start is skipped. An object keeps
  /// the bytes, for [JsonWriter#pieces]: nobody may change them.
  ///
  /// @throws JsonException if the bytes are not UTF-8, or their text is not JSON
  static Json parse(byte[] utf8) {
    return new JsonReader(utf8).document();
  }

  /// An object: its members in their order, which nobody can change.
  final class Obj implements Json {
    private final SequencedMap<String, Json> members;
    private final Source source; // null: not known

    /// Adopts the members: no one else may keep them, and none is null.
    Obj(SequencedMap<String, Json> members) {
      this(members, null);
    }

    private Obj(SequencedMap<String, Json> members, Source source) {
      this.members = members;
      this.source = source;
    }

    /// The same object as the root of a text that was read from this source.
    Obj from(Source read) {
      return new Obj(members, read);
    }

    /// Where its large parts were read from; null when that is not known.
    Source source() {
      return source;
    }

    /// The members, by name.
    public SequencedMap<String, Json> members() {
      return Collections.unmodifiableSequencedMap(members);
    }

    /// The value of a member, [Json#NULL] included; Java's null if there is no such member.
    public Json get(String name) {
      return members.get(name);
    }

    /// A copy with this member: in the old one's place, or else at the end.
    public Obj with(String name, Json value) {
      var copy = new LinkedHashMap<>(members);
      copy.put(Objects.requireNonNull(name, "name"), Objects.requireNonNull(value, name));
      return new Obj(copy, source);
    }

    /// A copy without this member; the object itself if it has none of that name.
    public Obj without(String name) {
      if (!members.containsKey(name)) return this;
      var copy = new LinkedHashMap<>(members);
      copy.remove(name);
      return new Obj(copy, source);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Obj object && members.equals(object.members);
    }

    @Override
    public int hashCode() {
      return members.hashCode();
    }

    /// Starts an empty object.
    public static Builder builder() {
      return new Builder();
    }

    @Override
    public String toString() {
      return JsonWriter.text(this);
    }

    /// Puts an object together, member by member; a name put twice keeps its first place.
    public static final class Builder {

      private SequencedMap<String, Json> members = new LinkedHashMap<>();
      private boolean givenAway;

      private Builder() {}

      /// Puts a value.
      public Builder put(String name, Json value) {
        if (givenAway) members = new LinkedHashMap<>(members);
        givenAway = false;
        members.put(Objects.requireNonNull(name, "name"), Objects.requireNonNull(value, name));
        return this;
      }

      /// Puts a string.
      public Builder put(String name, String value) {
        return put(name, new Str(value));
      }

      /// Puts a whole number.
      public Builder put(String name, long value) {
        return put(name, Num.of(value));
      }

      /// Puts a finite number.
      public Builder put(String name, double value) {
        return put(name, Num.of(value));
      }

      /// Puts `true` or `false`.
      public Builder put(String name, boolean value) {
        return put(name, new Bool(value));
      }

      /// Puts `null`.
      public Builder putNull(String name) {
        return put(name, NULL);
      }

      /// Puts a value unless it is Java's null.
      public Builder putIfPresent(String name, Json value) {
        return value == null ? this : put(name, value);
      }

      /// Puts a string unless it is Java's null.
      public Builder putIfPresent(String name, String value) {
        return value == null ? this : put(name, value);
      }

      /// The object so far; the builder can go on.
      public Obj build() {
        givenAway = true;
        return new Obj(members);
      }
    }
  }

  /// An array.
  record Arr(List<Json> items) implements Json {

    /// Copies the items.
    public Arr {
      items = List.copyOf(items);
    }

    /// An array of these values.
    public static Arr of(Json... items) {
      return new Arr(List.of(items));
    }

    /// An array of strings.
    public static Arr ofStrings(Collection<String> strings) {
      var items = new ArrayList<Json>(strings.size());
      for (String string : strings) items.add(new Str(string));
      return new Arr(items);
    }

    @Override
    public String toString() {
      return JsonWriter.text(this);
    }
  }

  /// A string, which may hold lone surrogates: the RFC allows them and they are kept.
  record Str(String value) implements Json {

    /// Refuses Java's null.
    public Str {
      Objects.requireNonNull(value, "value");
    }

    @Override
    public String toString() {
      return JsonWriter.text(this);
    }
  }

  /// A number, as the text it was written in.
  record Num(String text) implements Json {

    /// Refuses what is not a number by the RFC's grammar.
    public Num {
      if (NumberText.end(text, 0) != text.length()) {
        throw new IllegalArgumentException("not a JSON number: " + text);
      }
    }

    /// A whole number.
    public static Num of(long value) {
      return new Num(Long.toString(value));
    }

    /// A finite number; JSON has no others.
    public static Num of(double value) {
      return new Num(Double.toString(value));
    }

    /// Whether this is a whole number, however written: `3`, `3.0` and `1e400` are.
    public boolean isInteger() {
      return NumberText.isInteger(text);
    }

    /// The number as a `long`.
    ///
    /// @throws ArithmeticException if it has a fraction or does not fit
    public long longValue() {
      return NumberText.toLong(text);
    }

    /// The number as an `int`.
    ///
    /// @throws ArithmeticException if it has a fraction or does not fit
    public int intValue() {
      return Math.toIntExact(longValue());
    }

    /// The nearest `double`; infinite if it is too large for one.
    public double doubleValue() {
      return Double.parseDouble(text);
    }

    @Override
    public String toString() {
      return text;
    }
  }

  /// `true` or `false`.
  record Bool(boolean value) implements Json {

    @Override
    public String toString() {
      return value ? "true" : "false";
    }
  }

  /// The value `null`, an enum for being the only one of its kind.
  enum Null implements Json {
    /// The value itself.
    NULL;

    @Override
    public String toString() {
      return "null";
    }
  }
}
