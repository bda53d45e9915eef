/// Claude, in any of three modes: Anthropic's Messages API with a key, the same API with what the
/// player's own CLI sent (captured once, at start), or the CLI itself.
///
/// [skyproxy.claude.ClaudeProvider] chooses among three providers, one for each mode.
/// [skyproxy.claude.ApiProvider] serves the first two, which differ in their
/// [skyproxy.claude.Credentials]: an [skyproxy.claude.ApiKey] or a
/// [skyproxy.claude.CapturedLogin]. The third is [skyproxy.claude.cli.CliProvider]. What both
/// kinds say and hear is in [skyproxy.claude.messages]; neither room looks back into this one.
///
/// Nothing captured is ever written to a disk or a log, and nothing is added to what the CLI sent
/// that would only serve to look more like it.
package skyproxy.claude;
