package skyproxy.claude.messages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpHeaders;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import skyproxy.chat.UsageWindow;
import skyproxy.json.Cursor;
import skyproxy.json.Json;

/// The windows of a plan, by whichever way they are told.
@Tag("core")
final class ClaudePlanTest {
  private final ClaudePlan plan = new ClaudePlan();
  private final long soon = Instant.now().getEpochSecond() + 3_600;

  private void event(String json) {
    plan.heard(Cursor.of(Json.parse(json.replace('\'', '"').replace("SOON", "" + soon))));
  }

  private void headers(String... words) {
    Map<String, List<String>> headers = new HashMap<>();
    for (int i = 0; i < words.length; i += 2) {
      headers.put("anthropic-ratelimit-unified-" + words[i], List.of(words[i + 1]));
    }
    plan.heard(HttpHeaders.of(headers, (_, _) -> true));
  }

  @Test
  void an_event_of_the_cli_tells_all_windows_or_the_one_that_matters() {
    event("{'status':'allowed','rateLimitType':'five_hour','utilization':0.5,'resetsAt':SOON}");
    assertEquals(List.of(
        new UsageWindow("5 hours", 50.0, Instant.ofEpochSecond(soon), "allowed")), plan.windows());
    event("{'status':'allowed','unifiedWindows':{'five_hour':{'utilization':0.38,'resetsAt':SOON},"
        + "'seven_day_opus':{'utilization':0.07,'resetsAt':SOON,'status':'allowed'}}}");
    assertEquals(List.of(
        new UsageWindow("5 hours", 38.0, Instant.ofEpochSecond(soon), null),
        new UsageWindow("week, Opus", 7.0, Instant.ofEpochSecond(soon), "allowed")),
        plan.windows());
    assertTrue(plan.windows().get(1).concerns("claude-opus-5-5"));
    assertFalse(plan.windows().get(1).concerns("claude-haiku-5-5"));
  }

  @Test
  void the_head_of_an_answer_tells_them_too() {
    headers("5h-utilization", "0.62", "5h-reset", "" + soon, "5h-status", "allowed",
        "7d-utilization", "0.1", "7d-reset", "no second");
    assertEquals(List.of(
        new UsageWindow("5 hours", 62.0, Instant.ofEpochSecond(soon), "allowed"),
        new UsageWindow("week", 10.0, null, null)), plan.windows());
    headers("5h-utilization", "much");
    assertEquals(62.0, plan.windows().getFirst().usedPercent());
  }

  @Test
  void an_answer_that_no_plan_pays_tells_nothing() {
    headers();
    assertEquals(List.of(), plan.windows());
    assertNull(plan.extraUntil());
  }

  @Test
  void extra_usage_is_known_by_its_name_and_before_it_begins() {
    event("{'status':'allowed','isUsingOverage':true,'resetsAt':SOON}");
    assertEquals(Instant.ofEpochSecond(soon), plan.extraUntil());
    event("{'status':'allowed','isUsingOverage':false,'resetsAt':SOON}");
    assertNull(plan.extraUntil());
    event("{'status':'allowed','isUsingOverage':false,'overageStatus':'allowed','resetsAt':SOON,"
        + "'unifiedWindows':{'five_hour':{'utilization':1.0,'resetsAt':SOON}}}");
    assertEquals(Instant.ofEpochSecond(soon), plan.extraUntil());
    headers("5h-utilization", "0.2", "5h-reset", "" + soon, "overage-status", "allowed");
    assertNull(plan.extraUntil());
    headers("5h-utilization", "0.2", "5h-reset", "" + soon, "overage-in-use", "true");
    assertTrue(plan.extraUntil().isAfter(Instant.now()), "the end is not told");
  }

  @Test
  void a_plan_that_is_spent_where_nothing_more_can_be_bought_is_no_extra_usage() {
    event("{'status':'rejected','overageStatus':'rejected','isUsingOverage':false,'resetsAt':SOON,"
        + "'unifiedWindows':{'five_hour':{'utilization':1.0,'resetsAt':SOON}}}");
    assertNull(plan.extraUntil());
  }
}
