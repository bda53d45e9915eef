/// From the `model` text of a request to the upstream that answers it.
///
/// [skyproxy.routing.Router] makes a [skyproxy.routing.Plan] of the text, an order of targets
/// (aliases, `,` rotates, `>` prefers); [skyproxy.routing.Routed] is the reply: it tries one target
/// after the other until one has said something. That first event is the commit point, for a
/// request that does not stream the last one. Before it a failure costs the player nothing but
/// time and the next target may try; after it a failure can only be told.
///
/// Opening and reading are one pull: `Routed.next` connects, waits for a free place, waits for
/// the first event and gives [skyproxy.chat.Event#QUIET] in between, so the server can keep a
/// silent stream alive while failover is still open. All waiting is measured here, for every
/// provider alike: nobody else needs a clock.
package skyproxy.routing;
