package skyproxy.upstream;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import skyproxy.windows.Windows;
import skyproxy.windows.WindowsRoots;

/// Trusts the servers that Java trusts, and on Windows those that Windows does besides: virus
/// scanners and companies' proxies sign connections anew, with a root that only the system knows.
/// A certificate that nobody trusts is refused as what it is. Any number of threads.
///
/// The system is asked only about certificates that Java does not trust, and again after a minute,
/// for the player may have put the root there meanwhile.
final class Trust extends X509ExtendedTrustManager {
  private static final System.Logger LOG = System.getLogger(Trust.class.getName());
  private static final long FRESH = Duration.ofSeconds(60).toNanos();

  /// Roots besides Java's, encoded.
  interface Roots {
    List<byte[]> read() throws IOException;
  }

  /// Made when the first secure connection is: loading Java's roots takes long.
  private static final class Ours {
    private static final SSLContext CONTEXT =
        context(Windows.here() ? WindowsRoots::read : List::of);
  }

  private final X509ExtendedTrustManager java;
  private final Roots roots;
  private X509ExtendedTrustManager system;
  private long readAt;

  private Trust(Roots roots) throws GeneralSecurityException {
    this.roots = roots;
    java = manager(null);
  }

  /// The one for all upstreams.
  static SSLContext ofThisComputer() {
    return Ours.CONTEXT;
  }

  static SSLContext context(Roots roots) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {new Trust(roots)}, null);
      return context;
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible); // every Java has TLS
    }
  }

  private static X509ExtendedTrustManager manager(KeyStore store) throws GeneralSecurityException {
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return (X509ExtendedTrustManager) factory.getTrustManagers()[0];
  }

  private interface Check {
    void by(X509ExtendedTrustManager manager) throws CertificateException;
  }

  private void check(X509Certificate[] chain, Check check) throws CertificateException {
    try {
      check.by(java);
    } catch (CertificateException untrusted) {
      X509ExtendedTrustManager also = system();
      if (also == null) throw new UntrustedException(chain, untrusted);
      try {
        check.by(also);
      } catch (CertificateException byNobody) {
        throw new UntrustedException(chain, byNobody);
      }
    }
  }

  /// Null where there are no roots besides Java's.
  private synchronized X509ExtendedTrustManager system() {
    if (readAt != 0 && System.nanoTime() - readAt < FRESH) return system;
    readAt = System.nanoTime() | 1;
    try {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      for (byte[] encoded : roots.read()) add(store, factory, encoded);
      system = store.size() == 0 ? null : manager(store);
    } catch (IOException | GeneralSecurityException unreadable) {
      LOG.log(Level.WARNING, "The certificates of Windows could not be read: {0}",
          unreadable.toString());
    }
    return system;
  }

  /// One that Java can't read must not cost the others.
  private static void add(KeyStore store, CertificateFactory factory, byte[] encoded)
      throws GeneralSecurityException {
    try {
      store.setCertificateEntry("root " + store.size(),
          factory.generateCertificate(new ByteArrayInputStream(encoded)));
    } catch (CertificateException odd) {
      LOG.log(Level.DEBUG, "A certificate of Windows is left out: {0}", odd.toString());
    }
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    check(chain, manager -> manager.checkServerTrusted(chain, type, engine));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    check(chain, manager -> manager.checkServerTrusted(chain, type, socket));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type)
      throws CertificateException {
    check(chain, manager -> manager.checkServerTrusted(chain, type));
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    java.checkClientTrusted(chain, type, engine);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    java.checkClientTrusted(chain, type, socket);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type)
      throws CertificateException {
    java.checkClientTrusted(chain, type);
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return java.getAcceptedIssuers();
  }
}
