package dev.tenon.catalog.net;

import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Problems;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** Whose certificates are believed: the JVM's authorities, and those of a file. */
final class Authorities {
  private Authorities() {}

  static SSLContext context(Optional<Path> pem) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, pem.isPresent() ? managers(pem.get()) : null, null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new InvalidInputException(
          Problems.problem(
              "certificates",
              pem.map(Path::toString).orElse("of the JVM"),
              "a readable file of certificates in PEM"),
          e);
    }
  }

  private static TrustManager[] managers(Path pem) throws GeneralSecurityException, IOException {
    KeyStore all = KeyStore.getInstance(KeyStore.getDefaultType());
    all.load(null, null);
    int number = 0;
    for (Certificate each : read(pem)) {
      all.setCertificateEntry("file-" + number++, each);
    }
    if (number == 0) {
      throw new IOException("no certificate");
    }
    for (X509Certificate each : ofTheJvm()) {
      all.setCertificateEntry("jvm-" + number++, each);
    }
    return factory(all).getTrustManagers();
  }

  private static Collection<? extends Certificate> read(Path pem)
      throws GeneralSecurityException, IOException {
    try (InputStream in = Files.newInputStream(pem)) {
      return CertificateFactory.getInstance("X.509").generateCertificates(in);
    }
  }

  private static X509Certificate[] ofTheJvm() throws GeneralSecurityException {
    for (TrustManager each : factory(null).getTrustManagers()) {
      if (each instanceof X509TrustManager manager) {
        return manager.getAcceptedIssuers();
      }
    }
    return new X509Certificate[0];
  }

  private static TrustManagerFactory factory(@Nullable KeyStore store)
      throws GeneralSecurityException {
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return factory;
  }
}
