/// Claude, by any of three ways: Anthropic's Messages API with a key, the same API with what the
/// player's own CLI sent (captured once, at start), or the CLI itself.
///
/// Content blocks, stop reasons and `message_start` are Anthropic's words and stay in here.
/// [skyproxy.claude.ClaudeEncoder] and [skyproxy.claude.ClaudeDecoder] translate, and are pure;
/// [skyproxy.claude.ModelRules] is the one place that knows what each model refuses. One decoder
/// serves the API and the CLI, whose stream-json wraps the API's own events.
///
/// The upstream is always asked to stream, even for a client that does not: a long answer then
/// shows that it lives, and one set of time limits holds for both.
///
/// [skyproxy.claude.CliPool] keeps processes of the CLI ready and gives each to one request, and
/// [skyproxy.claude.CliReply] leads the dialogue; why no process serves twice is told there, with
/// the figures. What a request becomes is told in [skyproxy.claude.CliScript].
///
/// Nothing captured is ever written to a disk or a log, and nothing is added to what the CLI sent
/// that would only serve to look more like it.
package skyproxy.claude;
