/// From the `model` text of a request to the upstream that answers it.
///
/// [skyproxy.routing.Router] makes a [skyproxy.routing.TargetOrder] of the text (aliases, `,`
/// rotates, `>` prefers); [skyproxy.routing.FailoverReply] is the reply: it tries one target after
/// the other until one has said something. That first event is the commit point, for a request
/// that does not stream the last one. Before it a failure costs the player nothing but time and
/// the next target may try; after it a failure can only be reported.
///
/// What the player hears first decides: [skyproxy.routing.FirstWord] says how long a target may
/// take while somebody else could speak, [skyproxy.routing.SecondTry] which fault is worth another
/// call, [skyproxy.routing.Shortening] what a prompt can do without, and
/// [skyproxy.routing.Cooldown] who is passed over, and when one request tries them again.
///
/// [skyproxy.routing.Budget] counts what replies cost, by each target's part of them, before
/// anybody hears of their end, and refuses a target right before it is asked.
///
/// Opening and reading are one pull: `FailoverReply.next` waits for a free place, connects, waits
/// for the first event and gives [skyproxy.chat.Event#QUIET] in between, so the server can keep a
/// silent stream alive while failover is still open. The limits of a reply (a place, the first
/// word, silence) are measured here, for every provider alike; providers measure what is theirs
/// alone, such as how long a process may idle.
package skyproxy.routing;
