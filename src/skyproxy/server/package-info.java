/// HTTP in: OpenAI's endpoints, who is let in, and how replies and failures look on the wire.
///
/// A request goes one way: `Guard` lets it in, a handler reads it, the router
/// gives a reply, a [skyproxy.server.Sink] writes it. [skyproxy.server.ChunkSink] streams,
/// [skyproxy.server.CompletionSink] waits; both see the same events. The headers of a reply go
/// out with its first event, so a failure before that has its honest status.
///
/// The JDK's server tells that a client has gone only when something is written, and an exchange
/// that ends normally in mid-stream looks like success. Hence the comments in silence, and the
/// error event without `[DONE]`. It sends no 408: a request that takes too long to come is cut off.
/// What it answers by itself is listed in `JdkAnswersTest`.
///
/// An open stream retains about 100 KB of heap and three times its prompt (measured with a
/// thousand of them after a collection): some 70 KB are buffers of the JDK's server and client,
/// 8 KB the reader's of the upstream's events.
package skyproxy.server;
