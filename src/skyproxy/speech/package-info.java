/// The filters between a model's words and the player's ear: what is cut off where the upstream
/// can't do it ([skyproxy.speech.OutputLimit]).
///
/// All of them know nothing of time and of threads: one instance a reply, used by the thread that
/// carries it.
package skyproxy.speech;
