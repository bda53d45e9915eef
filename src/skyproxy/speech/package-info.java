/// The filters between a model's words and the player's ear: thoughts are kept out of what is
/// spoken ([skyproxy.speech.ThoughtFilter], used where failover decides what counts as an answer),
/// words and sentences are kept whole ([skyproxy.speech.PieceFilter], used by the sink that owns
/// the clock), and a text is ended for an upstream that can't be told where to end
/// ([skyproxy.speech.OutputLimit]).
///
/// The first two take our own events and the chunks of an upstream alike. All of them know nothing
/// of time and of threads: one instance a reply, used by the thread that carries it.
package skyproxy.speech;
