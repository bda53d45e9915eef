package skyproxy.json;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/// A JSON value and the way it was reached, so that a refusal can name it.
///
/// Going on with [#at(String)] never fails: what is absent gives a cursor that [#isMissing()].
/// Reading does: [Mismatch] names the first step that is missing or of the wrong kind. `null`
/// counts as missing, since clients send it for what they leave out. The `…Or` readers fall back
/// on missing values only: a value of the wrong kind is always a mismatch, also on the way.
public final class Cursor {
  private static final int LONGEST_NAME = 100;

  private final Json value; // null: absent
  private final Cursor parent; // null: the root
  private final String name; // null: an item of an array
  private final int index;

  private Cursor(Json value, Cursor parent, String name, int index) {
    this.value = value;
    this.parent = parent;
    this.name = name;
    this.index = index;
  }

  /// A cursor on a whole value; null is taken as absent.
  public static Cursor of(Json root) {
    return new Cursor(root, null, null, -1);
  }

  /// A member of this object.
  public Cursor at(String name) {
    return new Cursor(value instanceof Json.Obj o ? o.get(name) : null, this, name, -1);
  }

  /// An item of this array, counted from 0.
  public Cursor at(int index) {
    boolean there = value instanceof Json.Arr a && index >= 0 && index < a.items().size();
    return new Cursor(there ? ((Json.Arr) value).items().get(index) : null, this, null, index);
  }

  /// The value, [Json#NULL] included; Java's null if it is absent.
  public Json json() {
    return value;
  }

  /// The way from the root, like `messages[0].content`; empty for the root itself.
  public String path() {
    var path = new StringBuilder();
    appendPath(path);
    return path.toString();
  }

  private void appendPath(StringBuilder path) {
    if (parent == null) return;
    parent.appendPath(path);
    if (name == null) {
      path.append('[').append(index).append(']');
    } else if (isPlain(name)) {
      path.append(path.isEmpty() ? "" : ".").append(shown(name));
    } else {
      path.append('[').append(new Json.Str(shown(name))).append(']');
    }
  }

  /// Whoever invents the names of members may make them as long as he likes.
  private static String shown(String name) {
    return name.length() <= LONGEST_NAME ? name : name.substring(0, LONGEST_NAME) + "…";
  }

  /// Whether a name needs no quotes in a path: letters, digits, `_`, `-` and `$`.
  private static boolean isPlain(String name) {
    return !name.isEmpty()
        && name.chars().allMatch(c -> Character.isLetterOrDigit(c) || "_-$".indexOf(c) >= 0);
  }

  /// Whether there is no value here, or `null`.
  public boolean isMissing() {
    return value == null || value == Json.NULL;
  }

  /// Whether here is an object.
  public boolean isObject() {
    return value instanceof Json.Obj;
  }

  /// Whether here is an array.
  public boolean isArray() {
    return value instanceof Json.Arr;
  }

  /// Whether here is a string.
  public boolean isString() {
    return value instanceof Json.Str;
  }

  /// Whether here is a number.
  public boolean isNumber() {
    return value instanceof Json.Num;
  }

  /// The string here.
  public String string() {
    return value instanceof Json.Str s ? s.value() : refuse("must be a string");
  }

  /// The string here, or the fallback (null will do) if there is none.
  public String stringOr(String fallback) {
    return isOmitted() ? fallback : string();
  }

  /// The whole number here: `3`, `3.0` and `1e2` are, `3.5` is not.
  public long integer() {
    Json.Num number = whole();
    try {
      return number.longValue();
    } catch (ArithmeticException _) {
      throw mismatch("is out of range: an integer must fit in 64 bits");
    }
  }

  /// The whole number here, or the nearest one that fits in 64 bits.
  public long nearestInteger() {
    Json.Num number = whole();
    double rough = number.doubleValue();
    return Math.abs(rough) < Long.MAX_VALUE ? number.longValue() : (long) rough;
  }

  private Json.Num whole() {
    return value instanceof Json.Num number && number.isInteger() ? number
        : refuse("must be an integer");
  }

  /// The whole number here, or the fallback if there is none.
  public long integerOr(long fallback) {
    return isOmitted() ? fallback : integer();
  }

  /// The number here.
  public double number() {
    double number = nearestNumber();
    if (Double.isInfinite(number)) throw mismatch("is out of range: the number is too large");
    return number;
  }

  /// The number here; infinite when it is too large.
  public double nearestNumber() {
    return value instanceof Json.Num number ? number.doubleValue() : refuse("must be a number");
  }

  /// The number here, or the fallback if there is none.
  public double numberOr(double fallback) {
    return isOmitted() ? fallback : number();
  }

  /// The `true` or `false` here.
  public boolean bool() {
    return value instanceof Json.Bool b ? b.value() : refuse("must be true or false");
  }

  /// The `true` or `false` here, or the fallback if there is none.
  public boolean boolOr(boolean fallback) {
    return isOmitted() ? fallback : bool();
  }

  /// Cursors on the items of the array here.
  public List<Cursor> array() {
    Json.Arr array = value instanceof Json.Arr a ? a : refuse("must be an array");
    var items = new ArrayList<Cursor>(array.items().size());
    for (Json item : array.items()) items.add(new Cursor(item, this, null, items.size()));
    return items;
  }

  /// Cursors on the items of the array here, none if there is no array.
  public List<Cursor> arrayOrEmpty() {
    return isOmitted() ? List.of() : array();
  }

  /// The object here.
  public Json.Obj object() {
    return value instanceof Json.Obj o ? o : refuse("must be an object");
  }

  /// Cursors on the members of the object here, by name and in their order.
  public SequencedMap<String, Cursor> members() {
    var members = new LinkedHashMap<String, Cursor>();
    for (String key : object().members().keySet()) members.put(key, at(key));
    return members;
  }

  /// A refusal of what is here, for rules that only the caller knows:
  /// `throw temperature.mismatch("must be between 0 and 2")`.
  public Mismatch mismatch(String requirement) {
    return new Mismatch(path(), requirement, "invalid_value");
  }

  @Override
  public String toString() {
    return path() + " = " + value;
  }

  /// Whether a fallback is in order: nothing here, and nothing of the wrong kind on the way.
  private boolean isOmitted() {
    if (!isMissing()) return false;
    if (value == null && parent != null && !parent.leadsTo(this) && !parent.isOmitted()) {
      throw parent.wrongStep(this);
    }
    return true;
  }

  /// Whether this value is of the kind that has such a child, be it there or not.
  private boolean leadsTo(Cursor child) {
    return child.name == null ? isArray() : isObject();
  }

  private Mismatch wrongStep(Cursor child) {
    return wrongType(child.name == null ? "must be an array" : "must be an object");
  }

  private Mismatch wrongType(String requirement) {
    return new Mismatch(path(), requirement, "invalid_type");
  }

  /// Fails, and blames the first step on the way here that is missing or of the wrong kind.
  private <T> T refuse(String requirement) {
    if (!isOmitted()) throw wrongType(requirement);
    Cursor first = this;
    while (first.parent != null && first.parent.isMissing()) first = first.parent;
    throw new Mismatch(first.path(), "is required", Mismatch.MISSING);
  }

  /// Says which value of a text is not what it must be.
  public static final class Mismatch extends RuntimeException {
    private static final String MISSING = "missing_field";

    private final String path;
    private final String code;

    private Mismatch(String path, String requirement, String code) {
      super((path.isEmpty() ? "the JSON value" : path) + " " + requirement);
      this.path = path;
      this.code = code;
    }

    /// The way to the value; empty for the whole text.
    public String path() {
      return path;
    }

    /// Whether there is no value at all, or `null`.
    public boolean missing() {
      return code.equals(MISSING);
    }

    /// What clients are told: `missing_field`, `invalid_type`, or `invalid_value` for one that only
    /// the caller's rules refuse.
    public String code() {
      return code;
    }
  }
}
