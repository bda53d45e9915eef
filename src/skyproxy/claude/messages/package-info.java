/// Anthropic's Messages API as a language: content blocks, events, stop reasons, errors. All of it
/// is pure but for a warning in the log; nothing here knows how Claude is reached.
///
/// [skyproxy.claude.messages.ClaudeEncoder] and [skyproxy.claude.messages.ClaudeDecoder]
/// translate. One decoder serves the API and the CLI, whose stream-json wraps the API's own events.
/// [skyproxy.claude.messages.ModelRules] is the one place that knows what each model refuses, and
/// [skyproxy.claude.messages.ClaudeFailures] what an error means and what the player can do.
///
/// The upstream is always asked to stream, even for a client that does not: a long answer then
/// shows that it lives, and one set of time limits holds for both.
package skyproxy.claude.messages;
