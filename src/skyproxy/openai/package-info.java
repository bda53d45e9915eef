/// Servers that speak OpenAI's language themselves: OpenRouter, and whatever the player has
/// configured (Ollama, LM Studio, vLLM, a cloud).
///
/// This is pass-through, not translation. The body of a request goes on as it came, every member
/// and the text of every number, with only `model` changed; what comes back stays as it is,
/// members included that we have never heard of. So a new feature of an upstream works the day it
/// is there. Three things are read all the same: errors, which many servers hide in a reply with
/// status 200; the end, since a reply that broke off must not look finished; and the shape, for
/// servers that stream when they were not asked to, or do not when they were.
///
/// A request that a server refuses is made again as long as each refusal teaches something new and
/// nothing has been said: [skyproxy.openai.RefusalTable] and [skyproxy.openai.NamedMembers] know
/// what words mean, a [skyproxy.openai.Lesson] is what is changed, and
/// [skyproxy.openai.ModelConstraints] remembers it for the model.
///
/// The client's own `Authorization` never leaves the proxy. Thoughts and whole words are the
/// business of `skyproxy.speech`, waiting and failover of `skyproxy.routing`.
package skyproxy.openai;
