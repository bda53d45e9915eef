package skyproxy.routing;

import skyproxy.chat.Provider;

/// One model of one provider.
///
/// @param id what the client calls it
/// @param provider who can be asked
/// @param model what the provider calls it
record Target(String id, Provider provider, String model) {

  /// The id of the model that answers, which is another one where this one has retired.
  String answering() {
    String now = provider.answering(model);
    return now.equals(model) ? id : id.substring(0, id.length() - model.length()) + now;
  }
}
