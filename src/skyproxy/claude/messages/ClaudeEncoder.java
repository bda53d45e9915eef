package skyproxy.claude.messages;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import skyproxy.chat.ChatRequest;
import skyproxy.json.Json;

/// Writes a request as the body of `POST /v1/messages`. Pure.
/// https://docs.claude.com/en/api/messages
///
/// JSON answers are asked for in words, as the last instruction: a prefilled `{` is refused by
/// newer models, and Anthropic's schemas for answers refuse many a schema that OpenAI's clients
/// send, while the game must never get an error for asking.
///
/// What may be read from Anthropic's cache next time is marked: the instructions, which the game
/// puts first and keeps; the history up to the last message, which is what the game asks for now
/// and never comes back; and the turns but the newest, for a history that has grown by more blocks
/// than Anthropic looks back for.
public final class ClaudeEncoder {
  private static final int BREAKPOINTS = 4;
  private static final int SHORTEST_TOKEN = 2;
  private static final int LONGEST_USER = 256;
  private static final Json.Obj MARK = Json.Obj.builder().put("type", "ephemeral").build();
  private static final Json.Obj NOTHING = Json.Obj.builder().build();

  private final ChatRequest request;
  private final Set<String> refused;
  private final Json.Obj template;
  private final ModelRules rules;
  private final Conversation talk;
  private final ClaudeTools tools;
  private final Thinking thinking;

  private ClaudeEncoder(ChatRequest request, Set<String> refused, Json.Obj template) {
    this.request = request;
    this.refused = refused;
    this.template = template;
    ModelRules known = ModelRules.of(request.model());
    rules = refused.contains("thinking") ? known.withoutThinking() : known;
    boolean wantsThought = request.reasoning().wanted() && !refused.contains("thinking");
    talk = Conversation.of(request,
        rules.prefill() && !refused.contains("prefill") && !wantsThought,
        !refused.contains("cache_control") && worthCaching(request.letters()));
    tools = ClaudeTools.of(request, talk.toolNames());
    thinking = Thinking.of(rules, request.reasoning(), request.maxTokens(),
        wantsThought && !tools.forced() && (rules.adaptive() || !talk.answersCalls()));
  }

  /// The body for a request, on behalf of nobody but the key's owner.
  public static Json.Obj encode(ChatRequest request, Set<String> refused) {
    return encode(request, refused, NOTHING);
  }

  /// The body for a request.
  ///
  /// @param refused parameters that the model is known to refuse
  /// @param template what stays of a captured body: `system` blocks and `metadata`, both optional
  public static Json.Obj encode(ChatRequest request, Set<String> refused, Json.Obj template) {
    return new ClaudeEncoder(request, refused, template).body();
  }

  private Json.Obj body() {
    List<Json> system = new ArrayList<>(templateSystem());
    int left = BREAKPOINTS - (int) system.stream().filter(ClaudeEncoder::marked).count();
    if (refused.contains("cache_control")) left = 0;

    List<Json> own = ownSystem();
    long before = 0;
    for (Json block : own) before += length(block);
    List<Conversation.Turn> turns = new ArrayList<>(talk.turns());
    left -= markHistory(turns, before, left);
    left -= markSystem(own, left);
    if (left > 0) markTurns(turns, before);
    system.addAll(own);
    List<Json> messages = new ArrayList<>();
    for (Conversation.Turn turn : turns) messages.add(turn.json());

    Json.Obj.Builder body = Json.Obj.builder().put("model", request.model());
    body.put("max_tokens", thinking.maxTokens());
    if (!system.isEmpty()) body.put("system", new Json.Arr(system));
    if (!tools.tools().isEmpty()) {
      body.put("tools", new Json.Arr(tools.tools())).putIfPresent("tool_choice", tools.choice());
    }
    body.put("messages", new Json.Arr(messages));
    body.putIfPresent("metadata", metadata());
    body.putIfPresent("thinking", thinking.parameter());
    if (thinking.effort() != null) {
      body.put("output_config", Json.Obj.builder().put("effort", thinking.effort()).build());
    }
    sampling(body);
    if (!request.stop().isEmpty()) {
      body.put("stop_sequences", Json.Arr.ofStrings(request.stop()));
    }
    Json.Obj whole = body.put("stream", true).build();
    for (String parameter : refused) whole = whole.without(parameter);
    return whole;
  }

  private List<Json> templateSystem() {
    if (!(template.get("system") instanceof Json.Arr(var blocks))) return List.of();
    if (!refused.contains("cache_control")) return blocks;
    return blocks.stream().map(block -> (Json) ((Json.Obj) block).without("cache_control"))
        .toList();
  }

  private List<Json> ownSystem() {
    List<Json> blocks = new ArrayList<>();
    for (String text : talk.systems()) blocks.add(ContentBlocks.text(text));
    String form = request.responseFormat().inWords();
    if (form != null) blocks.add(ContentBlocks.text(form));
    return blocks;
  }

  /// The end of what was said, before the last message.
  ///
  /// @return how many marks were set
  private int markHistory(List<Conversation.Turn> turns, long before, int left) {
    Conversation.Turn newest = turns.getLast();
    int blocks = newest.blocks().size();
    if (left < 1 || blocks < 2 || !worthCaching(before + length(turns, turns.size() - 1)
        - length(newest.blocks().getLast()))) return 0;
    turns.set(turns.size() - 1, marked(newest, blocks - 2));
    return 1;
  }

  /// The end of the turns but the newest.
  private void markTurns(List<Conversation.Turn> turns, long before) {
    int stable = turns.size() - 2;
    if (stable < 1 || !worthCaching(before + length(turns, stable))) return;
    Conversation.Turn turn = turns.get(stable);
    turns.set(stable, marked(turn, turn.blocks().size() - 1));
  }

  /// The end of the instructions, and of the first of them when there are several: what stands
  /// first changes least.
  ///
  /// @return how many marks were set
  private int markSystem(List<Json> own, int left) {
    long all = 0;
    for (Json block : own) all += length(block);
    if (own.isEmpty() || left < 1 || !worthCaching(all)) return 0;
    own.set(own.size() - 1, mark((Json.Obj) own.getLast()));
    if (own.size() < 2 || left < 2 || !worthCaching(length(own.getFirst()))) return 1;
    own.set(0, mark((Json.Obj) own.getFirst()));
    return 2;
  }

  /// Shorter prefixes are not cached, whatever is marked.
  private boolean worthCaching(long characters) {
    return characters >= (long) SHORTEST_TOKEN * rules.cacheMinimum();
  }

  private static long length(List<Conversation.Turn> turns, int upTo) {
    long sum = 0;
    for (Conversation.Turn turn : turns.subList(0, upTo + 1)) {
      for (Json.Obj block : turn.blocks()) sum += length(block);
    }
    return sum;
  }

  private static long length(Json block) {
    return block instanceof Json.Obj o && o.get("text") instanceof Json.Str(var text)
        ? text.length() : 0;
  }

  private static Conversation.Turn marked(Conversation.Turn turn, int at) {
    List<Json.Obj> blocks = new ArrayList<>(turn.blocks());
    blocks.set(at, mark(blocks.get(at)));
    return new Conversation.Turn(turn.user(), blocks);
  }

  private static Json.Obj mark(Json.Obj block) {
    return block.with("cache_control", MARK);
  }

  private static boolean marked(Json block) {
    return block instanceof Json.Obj o && o.get("cache_control") != null;
  }

  /// A captured request keeps its own. Otherwise the client's `user`, which is meant to be what
  /// Anthropic's `user_id` is: an opaque name.
  private Json metadata() {
    if (template.get("metadata") != null) return template.get("metadata");
    boolean named = request.body().get("user") instanceof Json.Str(var user) && !user.isBlank()
        && user.length() <= LONGEST_USER;
    return named ? Json.Obj.builder().put("user_id", request.body().get("user")).build() : null;
  }

  /// Of `temperature` and `top_p` only one is taken by some models; the first says more.
  private void sampling(Json.Obj.Builder body) {
    if (!rules.sampling() || thinking.on()) return;
    ChatRequest.Sampling wish = request.sampling();
    if (wish.temperature() != null && !refused.contains("temperature")) {
      body.put("temperature", Math.min(wish.temperature(), 1));
    } else if (wish.topP() != null) {
      body.put("top_p", wish.topP());
    }
    if (wish.topK() != null) body.put("top_k", wish.topK());
  }
}
