package skyproxy.chat;

import java.time.Instant;

/// One usage window of a subscription, as its upstream reports it.
///
/// @param name what a player calls it: `5 hours`, `week`
/// @param usedPercent 0 to 100, or null where only `state` is told
/// @param resets when it begins anew, or null
/// @param state the upstream's own word for how it stands (`allowed`, `rejected`), or null
public record UsageWindow(String name, Double usedPercent, Instant resets, String state) {}
