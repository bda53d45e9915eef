/// HTTP out and child processes: what every vendor package needs to reach its upstream.
///
/// [skyproxy.upstream.HttpUpstream] sends a request and gives a [skyproxy.chat.Reply] at once;
/// the connection, the status, the body are met inside `next`. A body reaches the reading thread
/// in one hop through a small subscriber of our own: `BodyHandlers.ofInputStream` costs twice the
/// CPU per reply and half again the delay per token. What the bytes mean is known to the vendor's
/// [skyproxy.upstream.Decoder], which is pure.
///
/// The JDK's client never repeats a POST. A game pauses longer than servers keep connections, so
/// a request that fails on a kept connection before any byte of the reply is sent once more.
///
/// A child process is a [skyproxy.upstream.Subprocess]: it ends with the program, and takes its own
/// children along. One that speaks lines of JSON is talked to through
/// [skyproxy.upstream.JsonLines]; programs are found by [skyproxy.upstream.ProgramSearch].
///
/// What every vendor learns of its upstream is kept here too: the models that it lists
/// ([skyproxy.upstream.ModelCatalogue]) and the parameters that they turned out not to take
/// ([skyproxy.upstream.UnsupportedParameters]).
package skyproxy.upstream;
