/// JSON by [RFC 8259](https://www.rfc-editor.org/rfc/rfc8259), read and written.
///
/// A value is one of six records, so that a `switch` over [skyproxy.json.Json] is checked by the
/// compiler. A number is kept as the text it came as: what passes through a proxy must leave it as
/// it entered, `1e400` and `12345678901234567890` included. Members keep their order, since a
/// prompt cache is keyed on bytes; of two members with one name the last wins.
///
/// Reading is strict. Every lenience (comments, trailing commas, single quotes) is one more text
/// that we would accept and the next server refuse. Errors carry line, column and offset. Nesting
/// is limited, so a hostile text ends in a message and not in a full stack.
///
/// [skyproxy.json.Cursor] reads a value together with the way to it, which is what an error about
/// a request has to name: `messages[0].content must be a string`.
///
/// This is no object mapper: there is no reflection, no annotation and no binding. Which members
/// mean what is the business of the packages that speak a dialect.
package skyproxy.json;
