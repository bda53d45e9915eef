/// SkyrimNet Proxy: needs nothing but the JDK, and this file is where the compiler holds us to it.
module skyproxy {
  requires java.net.http;
  requires jdk.httpserver;
  requires java.logging;
  requires jdk.management;
}
