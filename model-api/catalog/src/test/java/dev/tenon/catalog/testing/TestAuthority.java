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
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * An authority and a certificate that it signed for {@code localhost}, {@code 127.0.0.1} and {@code
 * *.test.example}, made by the JDK's keytool once in a JVM.
 */
final class TestAuthority {
  private static final String PASSWORD = "not a secret";
  private static final String STORE = "keys.p12";
  private static final Path DIRECTORY = make();

  private TestAuthority() {}

  static Path pem() {
    return DIRECTORY.resolve("ca.pem");
  }

  static SSLContext context() {
    try {
      KeyStore store = store(DIRECTORY);
      store.deleteEntry("ca");
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

  private static KeyStore store(Path directory) throws IOException, GeneralSecurityException {
    try (InputStream in = Files.newInputStream(directory.resolve(STORE))) {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(in, PASSWORD.toCharArray());
      return store;
    }
  }

  private static Path make() {
    try {
      Path directory = Files.createTempDirectory("tenon-tls");
      directory.toFile().deleteOnExit();
      directory.resolve(STORE).toFile().deleteOnExit();
      directory.resolve("ca.pem").toFile().deleteOnExit();
      String pair = "-genkeypair -keyalg EC -groupname secp256r1 -validity 30 ";
      String names = "-ext san=dns:localhost,dns:*.test.example,ip:127.0.0.1";
      keytool(directory, pair + "-alias ca -dname CN=Test -ext bc:c");
      keytool(directory, pair + "-alias server -signer ca -dname CN=localhost " + names);
      byte[] authority = store(directory).getCertificate("ca").getEncoded();
      String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(authority);
      Files.writeString(
          directory.resolve("ca.pem"),
          "-----BEGIN CERTIFICATE-----\n" + text + "\n-----END CERTIFICATE-----\n");
      return directory;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void keytool(Path directory, String arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(Arrays.asList(arguments.split(" ")));
    command.addAll(List.of("-keystore", STORE, "-storepass", PASSWORD, "-storetype", "PKCS12"));
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
