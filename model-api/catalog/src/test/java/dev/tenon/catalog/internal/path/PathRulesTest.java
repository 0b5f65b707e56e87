package dev.tenon.catalog.internal.path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.error.InvalidInputException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PathRulesTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/etc/passwd",
        "a//b",
        "a/",
        ".",
        "..",
        "a/../b",
        "a\\b",
        "C:x",
        "a/c:x",
        "a/stream:x",
        "nul",
        "AUX.txt",
        "com0",
        "lpt\u00b9.bin",
        "con .txt",
        "conin$",
        "dot.",
        "space ",
        "dir /x",
        "line\nbreak",
        "bell\u0007",
        "turn\u202eed",
        "line\u2028end",
        "lost\ufffd"
      })
  void whatSomeSystemCannotHoldIsRefused(String path) {
    assertThat(PathRules.faultOfPath(path)).isPresent();
    assertThatThrownBy(() -> TreePaths.check("a tree", List.of(path)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("files of a tree: path: ")
        .hasMessageContaining("(expected: a path that every system holds: ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a",
        "a/b.c",
        ".hidden",
        "Mod\u00e8le/\u65e5\u672c\u8a9e",
        "console",
        "a..b",
        "x y"
      })
  void whatAllSystemsHoldIsTaken(String path) {
    assertThat(PathRules.faultOfPath(path)).isEmpty();
    assertThat(PathRules.staysInside(path)).isTrue();
  }

  @Test
  void lengthsAreThoseOfBytes() {
    assertThat(PathRules.faultOfPath("\u00e9".repeat(127))).isEmpty();
    assertThat(PathRules.faultOfPath("\u00e9".repeat(128))).isPresent();
    assertThat(PathRules.faultOfPath("abc/".repeat(255) + "abcd")).isEmpty();
    assertThat(PathRules.faultOfPath("abc/".repeat(255) + "abcde")).isPresent();
  }

  @Test
  void oneKeyForAllSpellingsOfAName() {
    assertThat(PathRules.key("CAF\u00c9"))
        .isEqualTo(PathRules.key("cafe\u0301"))
        .isEqualTo(PathRules.key("Caf\u00e9"));
    assertThat(PathRules.key("stra\u00dfe")).isEqualTo(PathRules.key("STRASSE"));
    assertThat(PathRules.key("a")).isNotEqualTo(PathRules.key("b"));
  }

  @Test
  void noTwoPathsOfATreeAreOnePlace() {
    TreePaths.check("a tree", List.of("a/b", "a/c", "d"));
    assertThatThrownBy(() -> TreePaths.check("a tree", List.of("Dir/a", "dir/b")))
        .hasMessageContaining("differing from Dir by more than case or form");
    assertThatThrownBy(() -> TreePaths.check("a tree", List.of("a/b", "a")))
        .hasMessageContaining("a a file or a directory, not both");
  }

  @Test
  void aPlaceThatIsNoFileMayHaveWhatFilesMayNot() {
    assertThat(PathRules.staysInside("run:1/nul/")).isTrue();
    assertThat(PathRules.staysInside("a/..")).isFalse();
    assertThat(PathRules.staysInside("a\\b")).isFalse();
    assertThat(PathRules.staysInside("C:/a")).isFalse();
  }
}
