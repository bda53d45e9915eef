/// The figures of the dashboard: how many requests there were, how fast the answers were, what
/// went wrong, and the last requests one by one.
///
/// Everything here is bounded. The clients make up the names of models, so beyond a number of
/// pairs of model and job the rest is counted together; durations go into histograms of a fixed
/// size instead of lists; of the last requests a ring is kept. A busy evening and a year of them
/// take the same memory and the same small file.
///
/// Metrics are kept for each pair of model and job and added up when somebody looks: a request
/// ends with a handful of additions under one lock, and looking happens once a second at most.
/// Prompts and answers are kept only while the player wants it, in memory alone.
///
/// Money is counted apart from requests, reply by reply: each [skyproxy.stats.Charge] is a line of
/// the ledger on disk first, then a part of the sums, and in the figures' file with the next save.
///
/// Why a cache had nothing of a prompt is told by numbers that stand for how prompts began: of
/// their words none is kept.
///
/// Who counts is `skyproxy.server` and `skyproxy.routing`, who shows it `skyproxy.dashboard`; this
/// package knows none of them.
package skyproxy.stats;
