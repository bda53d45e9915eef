/// The threads that the program works on. The lowest of the packages: everyone may need one, and
/// nobody else makes a virtual thread.
///
/// Threads that are blocked in a way that holds a carrier (pipes of child processes) and those
/// that end the program are made where they are needed, and are never virtual.
package skyproxy.threads;
