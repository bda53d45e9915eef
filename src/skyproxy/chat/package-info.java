/// The vocabulary that every other package shares: what a request asks
/// ([skyproxy.chat.ChatRequest]), what a reply is made of ([skyproxy.chat.Event]), who can answer
/// ([skyproxy.chat.Provider]) and what can go wrong ([skyproxy.chat.Failure]). No I/O at all, and
/// no vendor's dialect.
///
/// A reply is a *timed pull*: [skyproxy.chat.Reply#next] gives the next event, or
/// [skyproxy.chat.Event#QUIET] when none came within the patience of who asks. So one
/// thread carries a request from its socket to the upstream and back: it writes keep-alives,
/// gives up on silence and flushes half-finished words between two pulls. There is no watchdog
/// thread and no timer: the one hand-over on the way of a token is the queue between the thread
/// that the upstream's library reads on and ours. The price: opening must not block, so connecting
/// and queueing happen in `next`.
///
/// What an event looks like on the wire belongs to `skyproxy.server`, how it is read off an
/// upstream to that vendor's package.
package skyproxy.chat;
