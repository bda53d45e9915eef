package skyproxy.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Command lines that are understood, and others that are refused.
final class CommandLineTest {
  private static CommandLine parse(String... arguments) throws SettingsException {
    return CommandLine.parse(List.of(arguments));
  }

  private static String refusal(String... arguments) {
    SettingsException wrong =
        assertThrows(SettingsException.class, () -> CommandLine.parse(List.of(arguments)));
    assertEquals(2, wrong.exitStatus());
    assertFalse(wrong.getMessage().contains("\n"), "one line");
    return wrong.getMessage();
  }

  @Test
  void a_value_stands_behind_a_blank_or_an_equals_sign() throws Exception {
    assertEquals(Map.of(Option.PORT, "8001", Option.HOST, "127.0.0.1"),
        parse("--port", "8001", "--host=127.0.0.1").values());
    assertEquals("a=b", parse("--exit-with=a=b").values().get(Option.EXIT_WITH));
  }

  @Test
  void of_two_values_the_last_one_counts() throws Exception {
    assertEquals("2", parse("--port", "1", "--port=2").values().get(Option.PORT));
  }

  @Test
  void an_option_without_a_value_is_there_or_not() throws Exception {
    assertTrue(parse("--open").open());
    assertTrue(parse("--verbose").verbose());
    assertTrue(parse("--help").help());
    assertTrue(parse("--version").version());
    assertFalse(parse().open());
  }

  @Test
  void an_unknown_option_is_refused_by_its_name() {
    assertEquals("There is no option '--prot': --help lists all there are.",
        refusal("--prot", "8001"));
    assertEquals("There is no option '8001': --help lists all there are.", refusal("8001"));
    assertTrue(refusal("-h").contains("'-h'"));
    assertTrue(refusal("--a\nb").contains("'--a b'"));
  }

  @Test
  void a_missing_value_is_refused_with_what_the_option_takes() {
    assertEquals("--port takes a number from 0 to 65535, and none was given.", refusal("--port"));
    assertEquals("--port takes a number from 0 to 65535, and none was given.", refusal("--port="));
    assertTrue(refusal("--claude", "--open").startsWith("--claude takes the path of the Claude"));
    assertTrue(refusal("--config", " ").startsWith("--config takes the path of"));
  }

  @Test
  void a_value_where_none_belongs_is_refused() {
    assertEquals("--open takes no value.", refusal("--open=yes"));
  }

  @Test
  void help_names_every_option_and_fits_a_narrow_window() {
    String help = CommandLine.helpText();
    for (Option option : Option.values()) assertTrue(help.contains("  " + option.flag() + " "));
    assertTrue(help.lines().allMatch(line -> line.length() <= 100), help);
    assertTrue(help.chars().allMatch(c -> c < 128), "for consoles that know no Unicode");
  }
}
