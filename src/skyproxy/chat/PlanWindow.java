package skyproxy.chat;

import java.time.Instant;

/// How much of a subscription is used up in one of its windows, as its upstream tells it.
///
/// @param name what a player calls it: `5 hours`, `week`
/// @param usedPercent 0 to 100, or null where only `state` is told
/// @param resets when it begins anew, or null
/// @param state the upstream's own word for how it stands (`allowed`, `rejected`), or null
public record PlanWindow(String name, Double usedPercent, Instant resets, String state) {}
