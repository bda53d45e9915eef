/// The program: reads the command line, puts the parts together, starts and stops them.
///
/// This package knows every other one and none knows it: vendors, server, routing and statistics
/// meet here and nowhere else. A new provider is one more package, one more line in `Wiring` and,
/// where there is something to set, its members in [skyproxy.settings].
///
/// Packages below import downwards only, in the order that `LayoutTest` holds them to. What
/// several vendors need belongs to [skyproxy.upstream] when it does I/O and to [skyproxy.chat]
/// when it does not; nothing is shared by way of this package.
///
/// Standard output carries one line for programs that wait for us, `Listening on ...`; everything
/// said to people goes to standard error and, from all other packages, through the log, which masks
/// credentials ([skyproxy.LogLine]).
package skyproxy;
