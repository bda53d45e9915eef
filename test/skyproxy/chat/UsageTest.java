package skyproxy.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import skyproxy.json.Json;

/// The reading of what an upstream has counted.
final class UsageTest {

  @ParameterizedTest
  @CsvSource({"12,12", "12.0,12", "1e3,1000", "0,0", "-5,0", "1.5,0", "true,0", "null,0", "[],0",
      "999999999999999,999999999999999", "9223372036854775808,0", "1e19,0", "1e30,0", "-1e30,0",
      "1e400,0", "1e99999999999,0", "1e-99999999999,0"})
  void a_figure_that_makes_no_sense_counts_as_nothing(String told, long read) {
    Usage usage = Usage.read((Json.Obj) Json.parse(
        "{\"prompt_tokens\":" + told + ",\"completion_tokens\":7}"));
    assertEquals(new Usage(read, 7, 0, 0), usage);
  }
}
