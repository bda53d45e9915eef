/// Files that the proxy keeps for its player: whole at any moment, and nobody else's to read.
///
/// Settings, figures and a lent login are written by way of [skyproxy.files.OwnerFile]; what is in
/// them is the business of the packages above.
package skyproxy.files;
