package skyproxy.chat;

import java.time.Instant;

/// A request that waits for a place at a provider.
///
/// @param provider by its [Provider#name]
/// @param since when it began to wait there
public record Waiting(String provider, Purpose purpose, Instant since) {}
