/// The demo provider: answers without an account, a network or a model, so that a player can try
/// the way from the game to the proxy and back before anything is set up.
///
/// It behaves like a model where a client could tell the difference (words come one by one,
/// limits and stop sequences hold, JSON is JSON, tokens are counted) and says in every line that
/// it is the demo, so nobody takes it for one. The same words get the same line every time, which
/// makes it useful to tests, benchmarks and the dashboard's checks as well.
///
/// Nothing of it is needed by a real provider, and it needs nothing beyond [skyproxy.chat].
package skyproxy.demo;
