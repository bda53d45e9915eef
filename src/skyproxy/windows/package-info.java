/// Questions and orders for Windows alone: functions of its libraries, called by
/// `java.lang.foreign`.
///
/// Each class is one question or one order in Java's words, and says what holds where it can't be
/// had: on another system, on a Windows that lacks the function, in a Java that may not call. No
/// other package knows of handles and structures. The jar's manifest allows the calls, by
/// `Enable-Native-Access`; without it Java warns and calls all the same.
///
/// This package knows no other one.
package skyproxy.windows;
