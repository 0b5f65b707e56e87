package dev.tenon.catalog.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * An authority and a certificate that it signed for {@code localhost}, {@code 127.0.0.1} and {@code
 * *.test.example}, made by the JDK's keytool once in a JVM.
 */
final class TestAuthority {
  private static final String PASSWORD = "not a secret";
  private static final Path DIRECTORY = make();

  private TestAuthority() {}

  static Path pem() {
    return DIRECTORY.resolve("ca.pem");
  }

  static SSLContext context() {
    try (InputStream in = Files.newInputStream(DIRECTORY.resolve("server.p12"))) {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(in, PASSWORD.toCharArray());
      KeyManagerFactory keys =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(store, PASSWORD.toCharArray());
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), null, null);
      return context;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Path make() {
    try {
      Path directory = Files.createTempDirectory("tenon-tls");
      for (String name : List.of("ca.p12", "server.p12", "server.csr", "server.pem", "ca.pem")) {
        directory.resolve(name).toFile().deleteOnExit();
      }
      directory.toFile().deleteOnExit();
      String names = "san=dns:localhost,dns:*.test.example,ip:127.0.0.1";
      String ec = "-keyalg EC -groupname secp256r1 -validity 30";
      keytool(directory, "-genkeypair -alias ca -dname CN=Test -ext bc:c " + ec, "ca.p12");
      keytool(directory, "-genkeypair -alias server -dname CN=localhost " + ec, "server.p12");
      keytool(directory, "-exportcert -rfc -alias ca -file ca.pem", "ca.p12");
      keytool(directory, "-certreq -alias server -file server.csr", "server.p12");
      keytool(
          directory,
          "-gencert -rfc -alias ca -validity 30 -infile server.csr -outfile server.pem -ext "
              + names,
          "ca.p12");
      keytool(directory, "-importcert -noprompt -alias ca -file ca.pem", "server.p12");
      keytool(directory, "-importcert -alias server -file server.pem", "server.p12");
      return directory;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void keytool(Path directory, String arguments, String store) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(Arrays.asList(arguments.split(" ")));
    command.addAll(List.of("-keystore", store, "-storepass", PASSWORD, "-storetype", "PKCS12"));
    Process process =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (process.waitFor() != 0) {
        throw new IllegalStateException("keytool " + arguments + ": " + output);
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
