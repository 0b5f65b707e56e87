package dev.tenon.catalog.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.error.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class CredentialsTest {
  @TempDir private Path directory;

  private CredentialsFile file(String mode, String text) throws IOException {
    Path file = directory.resolve("credentials");
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    return new CredentialsFile(file);
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void readsSecretsOfAFile() throws IOException {
    CredentialsFile file = file("rw-------", "# mine\n\nhub.token = abc=d \nother=\nHF_TOKEN=e\n");
    assertThat(file.find("hub.token")).contains("abc=d");
    assertThat(file.find("hf_token")).contains("e");
    assertThat(file.find("other")).isEmpty();
    assertThat(file.find("nobody")).isEmpty();
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void refusesAFileThatOthersMayRead() throws IOException {
    CredentialsFile file = file("rw-r-----", "hub.token = abc\n");
    assertThatThrownBy(() -> file.find("hub.token"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("chmod 600")
        .hasMessageNotContaining("abc");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void namesTheLineThatIsNone() throws IOException {
    CredentialsFile file = file("rw-------", "a = b\nsecretvalue\n");
    assertThatThrownBy(() -> file.find("c"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("credentials:2")
        .hasMessageNotContaining("secretvalue");
  }

  @Test
  void knowsNothingWithoutAFile() {
    CredentialSource none = new CredentialsFile(directory.resolve("none"));
    assertThat(none.find("a")).isEmpty();
    assertThat(none.or(name -> java.util.Optional.of(name + "!")).find("a")).contains("a!");
    assertThat(KeyDirectory.of(directory).find("a")).isEmpty();
  }

  @Test
  void readsKeysOfAProjectOnceGitIgnoresThem() throws IOException {
    Path project = Files.createDirectories(directory.resolve("repository/project"));
    Files.createDirectories(directory.resolve("repository/.git"));
    Files.createDirectories(project.resolve(".key"));
    Files.writeString(project.resolve(".key/hub.token"), "abc\n");
    KeyDirectory keys = KeyDirectory.of(project);
    assertThatThrownBy(() -> keys.find("hub.token"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(".gitignore")
        .hasMessageNotContaining("abc");
    Files.writeString(directory.resolve("repository/.gitignore"), "target/\n.key/\n");
    assertThat(keys.find("hub.token")).contains("abc");
  }

  @Test
  void looksForKeysNowhereElse() throws IOException {
    Files.createDirectories(directory.resolve("project/.key"));
    Files.writeString(directory.resolve("project/outside"), "abc");
    KeyDirectory keys = KeyDirectory.of(directory.resolve("project"));
    assertThat(keys.find("../outside")).isEmpty();
    assertThat(keys.find("")).isEmpty();
    assertThat(keys.find(".")).isEmpty();
  }
}
