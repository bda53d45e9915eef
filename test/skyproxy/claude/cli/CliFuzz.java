package skyproxy.claude.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import skyproxy.chat.UsageWindow;
import skyproxy.fuzz.Decoding;
import skyproxy.fuzz.Input;
import skyproxy.fuzz.Samples;
import skyproxy.fuzz.Target;
import skyproxy.json.Cursor;
import skyproxy.json.Json;

/// Lines of the Claude CLI: what it says of the account and its plan, and its failures. The events
/// of Anthropic in them are those of the target `claude`.
public final class CliFuzz {
  private CliFuzz() {}

  public static Target target() {
    return new Target("claude-cli", Samples.all(Samples.lines("claude/cli.jsonl"), Samples.of("""
        {"type":"control_response","response":{"request_id":"initialize","response":{"account":\
        {"tokenSource":"none","apiKeySource":"none"},"models":[{"value":"default",\
        "resolvedModel":"claude-sonnet-5-5","description":"Sonnet"}]}}}
        {"type":"rate_limit_event","rate_limit_info":{"status":"rejected","resetsAt":1900000000,\
        "rateLimitType":"five_hour","utilization":1e400,"isUsingOverage":true}}
        {"type":"rate_limit_event","rate_limit_info":{"unifiedWindows":{"seven_day_opus":\
        {"utilization":0.31,"resetsAt":1900000000.5,"status":"allowed"}}}}
        {"type":"result","is_error":true,"result":"API Error: 429 {\\"type\\":\\"error\\"}",\
        "api_error_status":429}
        """)), CliFuzz::read);
  }

  private static void read(Input input) {
    CliAccount account = new CliAccount(() -> false);
    CliFailures failures = new CliFailures("claude-sonnet-5-5", CliFailures::notLoggedIn);
    for (Json.Obj message : input.objects()) {
      account.see(message);
      Cursor at = Cursor.of(message);
      try {
        Decoding.check(failures.of(at.at("error").stringOr("unknown"),
            (int) at.at("api_error_status").integerOr(0),
            at.at("result").stringOr("" + message), Duration.ofMinutes(1)));
      } catch (Cursor.Mismatch odd) {
        // Declared: who reads the line says that the CLI makes no sense.
      }
    }
    List<UsageWindow> windows = account.plan().windows();
    assertTrue(windows.size() <= 32, windows.size() + " windows");
    for (UsageWindow window : windows) {
      Double used = window.usedPercent();
      assertTrue(used == null || used >= 0 && used <= 1_000, () -> used + " %");
    }
    UsageWindow.json(windows).toString();
    account.plan().extraUntil();
    Decoding.check(failures.of("", 0, input.text(), null));
    Decoding.check(CliFailures.brokenOff(input.text()));
    CliArguments.unknown(input.text());
  }
}
