package skyproxy.stats;

import skyproxy.chat.Cost;
import skyproxy.chat.Job;

/// The cost of one reply, whole or not, and who it was of.
///
/// @param provider who is paid
/// @param model the model's id, as a [RequestRecord] has it
public record Charge(String provider, String model, Job job, Cost cost) {}
