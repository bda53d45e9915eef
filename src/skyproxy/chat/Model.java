package skyproxy.chat;

/// A model that a client can ask for, as `/v1/models` lists it.
///
/// @param id what to write into `model`
/// @param created seconds since 1970, 0 when unknown
/// @param ownedBy who made or serves it
/// @param price what its upstream lists it with, or null
public record Model(String id, long created, String ownedBy, Price price) {

  /// One that is listed without a price.
  public Model(String id, long created, String ownedBy) {
    this(id, created, ownedBy, null);
  }
}
