package skyproxy.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The six kinds of value: how they are made, changed by copying, and compared.
final class JsonTest {

  private static final Json ONE = Json.Num.of(1);

  @Test
  void a_builder_takes_every_kind_and_keeps_the_order() {
    Json.Obj object = Json.Obj.builder()
        .put("s", "text").put("l", Long.MIN_VALUE).put("i", 3).put("d", 0.5).put("b", true)
        .putNull("n").put("o", Json.Obj.builder().build())
        .putIfPresent("absent", (String) null).putIfPresent("nothing", (Json) null)
        .putIfPresent("here", "yes").putIfPresent("too", ONE)
        .build();
    assertEquals("""
        {"s":"text","l":-9223372036854775808,"i":3,"d":0.5,"b":true,"n":null,\
        "o":{},"here":"yes","too":1}""",
        object.toString());
  }

  @Test
  void a_builder_that_goes_on_leaves_what_it_built_alone() {
    var builder = Json.Obj.builder().put("a", 1);
    Json.Obj first = builder.build();
    assertEquals("{\"a\":2,\"b\":3}", builder.put("b", 3).put("a", 2).build().toString());
    assertEquals("{\"a\":1}", first.toString());
  }

  @Test
  void a_member_is_replaced_in_its_place_or_appended() {
    Json.Obj object = (Json.Obj) Json.parse("{\"a\":1,\"b\":2}");
    assertEquals("{\"a\":null,\"b\":2}", object.with("a", Json.NULL).toString());
    assertEquals("""
        {"a":1,"b":2,"c":1}""", object.with("c", ONE).toString());
    assertEquals("{\"b\":2}", object.without("a").toString());
    assertSame(object, object.without("c"));
    assertEquals("{\"a\":1,\"b\":2}", object.toString());
  }

  @Test
  void an_absent_member_is_null_and_a_null_member_is_not() {
    Json.Obj object = (Json.Obj) Json.parse("{\"a\":null}");
    assertSame(Json.NULL, object.get("a"));
    assertNull(object.get("b"));
  }

  @Test
  void values_do_not_change_with_what_they_were_made_from() {
    var members = Json.Obj.builder();
    var items = new ArrayList<Json>();
    var object = members.build();
    var array = new Json.Arr(items);
    members.put("a", ONE);
    items.add(ONE);
    assertEquals("{}", object.toString());
    assertEquals("{\"a\":1}", members.build().toString());
    assertEquals("[]", array.toString());
    assertThrows(UnsupportedOperationException.class, () -> object.members().put("a", ONE));
    assertThrows(UnsupportedOperationException.class, () -> array.items().add(ONE));
  }

  @Test
  void the_nulls_of_java_are_refused() {
    var empty = Json.Obj.builder().build();
    assertThrows(NullPointerException.class, () -> empty.with("a", null));
    assertThrows(NullPointerException.class, () -> empty.with(null, ONE));
    assertThrows(NullPointerException.class, () -> new Json.Arr(Arrays.asList((Json) null)));
    assertThrows(NullPointerException.class, () -> new Json.Str(null));
    assertThrows(NullPointerException.class, () -> Json.Obj.builder().put("a", (String) null));
    assertThrows(NullPointerException.class, () -> Json.Obj.builder().put(null, ONE));
  }

  @Test
  void arrays_are_made_of_values_and_of_strings() {
    assertEquals("[1,null]", Json.Arr.of(ONE, Json.NULL).toString());
    assertEquals("[\"a\",\"b\"]", Json.Arr.ofStrings(List.of("a", "b")).toString());
  }

  @Test
  void objects_are_equal_whatever_the_order_and_numbers_by_their_text() {
    assertEquals(Json.parse("{\"a\":1,\"b\":2}"), Json.parse("{\"b\":2,\"a\":1}"));
    assertEquals(
        Json.parse("{\"a\":1,\"b\":2}").hashCode(), Json.parse("{\"b\":2,\"a\":1}").hashCode());
    assertNotEquals(Json.parse("[1,2]"), Json.parse("[2,1]"));
    assertNotEquals(Json.parse("1"), Json.parse("1.0"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " 1", "1 ", "+1", "01", "1.", ".1", "1e", "NaN", "-", "0x1"})
  void a_number_is_made_of_a_number_only(String text) {
    assertThrows(IllegalArgumentException.class, () -> new Json.Num(text));
  }

  @Test
  void a_double_that_is_no_number_is_refused() {
    assertThrows(IllegalArgumentException.class, () -> Json.Num.of(Double.NaN));
    assertThrows(IllegalArgumentException.class, () -> Json.Num.of(Double.POSITIVE_INFINITY));
    assertThrows(IllegalArgumentException.class, () -> Json.Num.of(Double.NEGATIVE_INFINITY));
  }

  @ParameterizedTest
  @CsvSource({
      "0, 0", "-0, 0", "0.000, 0", "0e99999999999999999999, 0", "3, 3", "3.0, 3", "-3.000, -3",
      "1e2, 100", "1.5e1, 15", "0.001e3, 1", "100e-2, 1", "1200E-0002, 12", "-12.30e1, -123",
      "9223372036854775807, 9223372036854775807", "-9223372036854775808, -9223372036854775808",
      "9223372036854775807.000, 9223372036854775807", "1e18, 1000000000000000000",
      "0.000000000000000000000000000001e30, 1"})
  void a_whole_number_is_one_however_written(String text, long value) {
    var number = new Json.Num(text);
    assertTrue(number.isInteger());
    assertEquals(value, number.longValue());
  }

  @ParameterizedTest
  @ValueSource(strings = {"3.5", "1e-1", "0.1", "-0.5", "15e-1", "1e-999999999999", "100e-3"})
  void a_number_with_a_fraction_is_not_whole(String text) {
    var number = new Json.Num(text);
    assertFalse(number.isInteger());
    assertThrows(ArithmeticException.class, number::longValue);
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "9223372036854775808", "-9223372036854775809", "12345678901234567890", "1e19", "1e400",
      "-1e400", "1e99999999999999999999", "9300000000000000000"})
  void a_whole_number_beyond_a_long_is_not_cut_down(String text) {
    var number = new Json.Num(text);
    assertTrue(number.isInteger());
    assertThrows(ArithmeticException.class, number::longValue);
  }

  @Test
  void a_number_of_a_million_digits_is_measured_at_once() {
    var number = new Json.Num("7".repeat(1_000_000) + ".5");
    assertFalse(number.isInteger());
    assertEquals(1, new Json.Num("1" + "0".repeat(1_000_000) + "e-1000000").longValue());
  }

  @Test
  void numbers_are_seen_as_int_and_double() {
    assertEquals(7, new Json.Num("7.0").intValue());
    assertThrows(ArithmeticException.class, () -> new Json.Num("2147483648").intValue());
    assertEquals(0.7, new Json.Num("0.7").doubleValue());
    assertEquals(Double.POSITIVE_INFINITY, new Json.Num("1e400").doubleValue());
    assertEquals("1.0E10", Json.Num.of(1e10).text());
  }
}
