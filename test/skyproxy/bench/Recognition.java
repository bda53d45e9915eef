package skyproxy.bench;

import java.util.List;
import skyproxy.chat.ChatRequest;
import skyproxy.chat.Purpose;
import skyproxy.json.Json;

/// Measures the recognition of a long dialogue's job, beside reading its JSON, which has to be.
final class Recognition {
  private static final int CHARACTERS = 150_000;
  private static final int ROUNDS = 300;

  private Recognition() {}

  static void run() {
    String talk = "They talk about the weather, and it is fine again. ";
    String system = "You are Lydia in Skyrim. " + talk.repeat(CHARACTERS / talk.length());
    String body = Json.Obj.builder().put("stream", true).put("messages", new Json.Arr(List.of(
        message("system", system), message("user", "Tavi: A room."),
        message("user", "Say it.")))).build().toString();
    long both = Long.MAX_VALUE;
    long recognising = Long.MAX_VALUE;
    for (int round = 0; round < ROUNDS; round++) {
      long start = System.nanoTime();
      ChatRequest request =
          ChatRequest.parse((Json.Obj) Json.parse(body), ChatRequest.Caller.UNKNOWN);
      long read = System.nanoTime();
      Purpose purpose = Purpose.of(request.messages(), false, true, null);
      long end = System.nanoTime();
      if (purpose.job() != purpose.timedAs()) throw new AssertionError(purpose);
      both = Math.min(both, read - start); // parsing recognises too
      recognising = Math.min(recognising, end - read);
    }
    long reading = both - recognising;
    System.out.printf("the job of %,d characters: %.3f ms, %.2f of reading their JSON%n",
        CHARACTERS, recognising / 1e6, (double) recognising / reading);
  }

  private static Json message(String role, String content) {
    return Json.Obj.builder().put("role", role).put("content", content).build();
  }
}
