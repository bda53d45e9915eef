package skyproxy.upstream;

import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.time.ZoneId;
import java.util.Date;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.security.auth.x500.X500Principal;
import skyproxy.chat.Secrets;
import skyproxy.windows.Windows;

/// Nobody trusts a server's certificate. The message is for the player, continues a sentence that
/// begins with the server's name, and says who signed it and what to do.
final class UntrustedException extends CertificateException {
  /// The common name of somebody, else the organization.
  private static final Pattern NAME =
      Pattern.compile("(?:^|,)\\s*(CN|O)=(?:\"((?:[^\"\\\\]|\\\\.)*)\"|((?:[^,\\\\]|\\\\.)*))");
  private static final int LONGEST = 80;
  private static final Pattern OTHER_NAME =
      Pattern.compile("(?i).*(subject alternative|no name matching).*");

  /// @param chain as the server showed it, its own certificate first
  UntrustedException(X509Certificate[] chain, CertificateException why) {
    super(words(chain, why), why);
  }

  private static String words(X509Certificate[] chain, CertificateException why) {
    String scanner = " If that is your virus scanner or your company's network, ";
    for (X509Certificate each : chain) {
      try {
        each.checkValidity();
      } catch (CertificateExpiredException old) {
        return "shows a certificate of '" + issuer(each) + "' that was valid until "
            + day(each.getNotAfter()) + ". Check this computer's clock, which says "
            + day(new Date()) + ".";
      } catch (CertificateNotYetValidException early) {
        return "shows a certificate of '" + issuer(each) + "' that is valid only from "
            + day(each.getNotBefore()) + " on. Check this computer's clock, which says "
            + day(new Date()) + ".";
      }
    }
    if (OTHER_NAME.matcher(String.valueOf(why.getMessage())).matches()) {
      return "shows a certificate of '" + issuer(chain[0]) + "' that is made out to '"
          + told(chain[0].getSubjectX500Principal()) + "'. Check the address." + scanner
          + "have it leave java alone.";
    }
    return "shows a certificate that was signed by '" + issuer(chain[chain.length - 1])
        + "', whom " + (Windows.here() ? "neither Java nor Windows trusts."
            : "Java does not trust.")
        + scanner + (Windows.here()
            ? "have it put its root certificate into Windows again, or leave java.exe alone."
            : "add its root certificate to Java's (keytool -importcert -cacerts), or have it leave"
                + " java alone.")
        + " Else somebody may be listening: use another network.";
  }

  private static String issuer(X509Certificate certificate) {
    return told(certificate.getIssuerX500Principal());
  }

  private static String told(X500Principal who) {
    return Secrets.excerpt(name(who.getName()), LONGEST);
  }

  /// The name that a person would know of `CN=Some Root,O=Somebody,C=DE`.
  static String name(String all) {
    Matcher found = NAME.matcher(all);
    String organization = null;
    while (found.find()) {
      String value = found.group(2) != null ? found.group(2) : found.group(3);
      String plain = value.replaceAll("\\\\(.)", "$1").strip();
      if (found.group(1).equals("CN")) return plain;
      organization = plain;
    }
    return organization != null ? organization : all;
  }

  private static String day(Date date) {
    return date.toInstant().atZone(ZoneId.systemDefault()).toLocalDate().toString();
  }
}
