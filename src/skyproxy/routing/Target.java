package skyproxy.routing;

import skyproxy.chat.Provider;

/// One model of one provider.
///
/// @param id what the client calls it
/// @param provider who can be asked
/// @param model what the provider calls it
record Target(String id, Provider provider, String model) {}
