package skyproxy.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/// Certificates made by `keytool`: a root that nobody trusts, those that it has signed, and servers
/// that show them.
public final class Certificates {
  private static final char[] PASSWORD = "changeit".toCharArray();
  private final Path store;

  /// @param root the distinguished name of the root
  public Certificates(Path folder, String root) throws Exception {
    store = folder.resolve("made.p12");
    keytool("-genkeypair", "-alias", "root", "-dname", root, "-ext", "bc:c=ca:true");
  }

  /// Makes a certificate for a server on this computer.
  ///
  /// @param options more of `keytool`'s, such as `-ext san=dns:localhost`
  public void sign(String alias, String... options) throws Exception {
    List<String> all = new ArrayList<>(List.of("-genkeypair", "-alias", alias, "-dname",
        "CN=made for " + alias, "-signer", "root"));
    all.addAll(List.of(options));
    keytool(all.toArray(String[]::new));
  }

  private void keytool(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(
        Path.of(System.getProperty("java.home"), "bin", Os.program("keytool")).toString()));
    command.addAll(List.of(arguments));
    command.addAll(List.of("-keyalg", "EC", "-keystore", store.toString(), "-storetype", "PKCS12",
        "-storepass", new String(PASSWORD)));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), said);
  }

  private KeyStore load() throws GeneralSecurityException, IOException {
    return KeyStore.getInstance(store.toFile(), PASSWORD);
  }

  /// The root's certificate, encoded.
  public byte[] root() throws GeneralSecurityException, IOException {
    return load().getCertificate("root").getEncoded();
  }

  /// Writes the key and the certificates of this alias as PEM, for programs other than Java.
  public void write(String alias, Path pem) throws GeneralSecurityException, IOException {
    KeyStore all = load();
    StringBuilder text = new StringBuilder();
    append(text, "PRIVATE KEY", all.getKey(alias, PASSWORD).getEncoded());
    for (Certificate each : all.getCertificateChain(alias)) {
      append(text, "CERTIFICATE", each.getEncoded());
    }
    Files.writeString(pem, text);
  }

  private static void append(StringBuilder text, String what, byte[] encoded) {
    text.append("-----BEGIN ").append(what).append("-----\n")
        .append(Base64.getMimeEncoder().encodeToString(encoded))
        .append("\n-----END ").append(what).append("-----\n");
  }

  /// A server on 127.0.0.1 that shows the certificate of this alias, and answers everything with a
  /// stream of one event.
  public HttpsServer serve(String alias) throws GeneralSecurityException, IOException {
    KeyStore all = load();
    KeyStore one = KeyStore.getInstance("PKCS12");
    one.load(null, null);
    one.setKeyEntry(alias, all.getKey(alias, PASSWORD), PASSWORD, all.getCertificateChain(alias));
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(one, PASSWORD);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    HttpsServer server =
        HttpsServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(context));
    server.createContext("/", exchange -> {
      exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
      byte[] body = "data: Aye.\n\n".getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
      exchange.close();
    });
    server.start();
    return server;
  }
}
