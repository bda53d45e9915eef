/// Codex: the player's own CLI, on the player's own login.
///
/// [skyproxy.codex.CodexProvider] talks to one long-lived `codex app-server` process over its
/// stdin and stdout (JSON-RPC, [skyproxy.codex.AppServer]). A process for each request, the
/// obvious way, costs a second before the first word and gives no deltas; here a request takes a
/// thread that was warmed ahead ([skyproxy.codex.WarmThreads]), and the first word is one round
/// trip away. Where the CLI is too old for that, `codex exec` answers, whole and slower
/// ([skyproxy.codex.ExecReply]).
///
/// Two promises. The model only talks: no tool, no shell, no file, whatever the upstream asks for
/// ([skyproxy.codex.CodexConfig]). And the login stays the player's: we lend it by a link, or by a
/// copy that can't renew it, and never write to its folder ([skyproxy.codex.CodexHome]).
///
/// [skyproxy.codex.CodexSupervisor] starts the app-server, watches it and publishes what a request
/// is answered through ([skyproxy.codex.CodexState]); its thread is the only one that starts a
/// server. An exec process is started and ended by its reply.
///
/// Codex has no parameters for sampling, `stop` and `max_tokens`: the first are left out, the
/// others are done here ([skyproxy.speech.OutputLimit]).
package skyproxy.codex;
