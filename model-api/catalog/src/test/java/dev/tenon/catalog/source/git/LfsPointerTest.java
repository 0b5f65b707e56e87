package dev.tenon.catalog.source.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.error.InvalidInputException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LfsPointerTest {
  private static final String OID =
      "4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393";
  private static final String VERSION = "version https://git-lfs.github.com/spec/v1\n";

  @Test
  void readsTheExampleOfTheSpecification() {
    assertThat(LfsPointer.read("a", bytes(VERSION + "oid sha256:" + OID + "\nsize 12345\n")))
        .contains(new LfsPointer(OID, 12345));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "text", "version 1", "versio", "# version https://git-lfs.github.com/spec/v1"})
  void otherContentIsNone(String content) {
    assertThat(LfsPointer.read("a", bytes(content))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "oid sha256:OID\nsize 1",
        "size 1\noid sha256:OID\n",
        "oid sha256:OID\nsize -1\n",
        "oid sha256:OID\nsize +1\n",
        "oid sha256:OID\nsize 01\n",
        "oid sha256:OID\nsize 1e3\n",
        "oid sha256:OID\nsize 9999999999999999999\n",
        "oid sha256:OID\nsize 1\n\n",
        "oid sha256:OID\nsize 1\nx 1\n",
        "oid sha256:OID\r\nsize 1\r\n",
        "oid  sha256:OID\nsize 1\n",
        "oid sha1:OID\nsize 1\n",
        "oid sha256:abc\nsize 1\n",
        "ext-0-x sha256:OID\noid sha256:OID\nsize 1\n",
        "size 1\n",
        ""
      })
  void aPointerThatBreaksTheRulesIsRefused(String rest) {
    byte[] content = bytes(VERSION + rest.replace("OID", OID));
    assertThatThrownBy(() -> LfsPointer.read("a", content))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("LFS pointer a: ");
  }

  @Test
  void anotherVersionUpperCaseAndTooManyBytesAreRefused() {
    for (String each :
        new String[] {
          VERSION.replace("v1", "v2") + "oid sha256:" + OID + "\nsize 1\n",
          VERSION + "oid sha256:" + OID.toUpperCase(java.util.Locale.ROOT) + "\nsize 1\n",
          VERSION + "oid sha256:" + OID + "\nsize 1\n" + "x".repeat(1024)
        }) {
      assertThatThrownBy(() -> LfsPointer.read("a", bytes(each)))
          .isInstanceOf(InvalidInputException.class);
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
