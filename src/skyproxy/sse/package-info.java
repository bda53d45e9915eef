/// Server-sent events (`text/event-stream`), read and written by
/// [the WHATWG rules](https://html.spec.whatwg.org/multipage/server-sent-events.html).
///
/// Every upstream streams its replies this way, and so do we. The reader is fed with bytes in any
/// pieces and hands out whole events: it blocks on nothing and owns no stream, so whoever has the
/// socket decides how long to wait for it. The rules are followed to the letter where popular
/// readers lose text: every kind of line end, one blank after the colon and not more, a byte order
/// mark, fields without a colon, unknown fields, and characters cut in two by the network.
///
/// The writer gives what is there to the stream in one write with one flush, and never waits for
/// more: a token that waits in a buffer is a token the player waits for.
///
/// Reconnecting is not done: a chat reply can't be resumed, so `id` and `retry` are ignored. What
/// the data of an event says, `[DONE]` included, is the business of others.
package skyproxy.sse;
