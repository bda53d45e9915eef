package skyproxy.stats;

import skyproxy.chat.Cost;
import skyproxy.chat.Job;

/// The cost of one reply, whole or not, and who it was of.
///
/// @param provider who is paid
/// @param model the model's id, as a [RequestRecord] has it
/// @param saved what more it would have cost without a cache, or null where that is not known
public record Charge(String provider, String model, Job job, Cost cost, Cost saved) {}
