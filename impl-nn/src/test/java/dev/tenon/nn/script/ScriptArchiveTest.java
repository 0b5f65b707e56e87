package dev.tenon.nn.script;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.error.InvalidInputException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TimeZone;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;

class ScriptArchiveTest {

  private static final String ADD = "def add(self, x: Tensor) -> Tensor:\n  return x + 1.\n";

  @Test
  void textIsTheClassWithTheMethodsIndented() {
    assertThat(ScriptArchive.of(ADD).text())
        .isEqualTo(
            """
            class Kernels(Module):
              __parameters__ = []
              __buffers__ = []
              training : bool
              def add(self, x: Tensor) -> Tensor:
                return x + 1.
            """);
  }

  @Test
  void theCommonIndentationOfEachPartDoesNotMatter() {
    String other = "def two(self) -> int:\n  return 2";
    ScriptArchive archive = ScriptArchive.of(ADD, other);

    assertThat(ScriptArchive.of(ADD.indent(2), other.indent(7))).isEqualTo(archive);
    assertThat(archive.text()).contains("return x + 1.\n  def two(self)");
  }

  @Test
  void entriesAreStoredUnderOneFolderInAFixedOrder() throws IOException {
    List<String> names = new ArrayList<>();
    try (ZipInputStream zip = new ZipInputStream(ScriptArchive.of(ADD).open())) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        assertThat(entry.getMethod()).isEqualTo(ZipEntry.STORED);
        names.add(entry.getName());
        byte[] content = zip.readAllBytes();
        if (entry.getName().equals("k/data.pkl")) {
          assertThat(new String(content, ISO_8859_1))
              .isEqualTo(
                  "\u0080\2c__torch__\nKernels\nq\0)\u0081}(X\u0008\0\0\0trainingq\1\u0088ub.");
        }
        if (entry.getName().equals("k/version")) {
          assertThat(new String(content, UTF_8)).isEqualTo("10\n");
        }
      }
    }
    assertThat(names)
        .containsExactly(
            "k/data.pkl", "k/code/__torch__.py", "k/constants.pkl", "k/version", "k/byteorder");
  }

  @Test
  void equalTextsGiveEqualBytesInEveryTimeZone() {
    TimeZone before = TimeZone.getDefault();
    try {
      TimeZone.setDefault(TimeZone.getTimeZone("Pacific/Kiritimati"));
      ScriptArchive east = ScriptArchive.of(ADD);
      TimeZone.setDefault(TimeZone.getTimeZone("Pacific/Pago_Pago"));
      ScriptArchive west = ScriptArchive.of(ADD);

      assertThat(east.bytes()).isEqualTo(west.bytes());
      assertThat(east).isEqualTo(west).hasSameHashCodeAs(west);
    } finally {
      TimeZone.setDefault(before);
    }
  }

  @Test
  void theDigestIsPinned() {
    assertThat(ScriptArchive.of(ADD).sha256())
        .isEqualTo("1a0d78acf57ca0574eff8003a922c1e7a20f30ae9bf4fc447e95d7bc4e1e0139");
  }

  @Test
  void theBytesAreACopy() {
    ScriptArchive archive = ScriptArchive.of(ADD);
    archive.bytes()[0] = 0;
    assertThat(archive.bytes()[0]).isEqualTo((byte) 'P');
  }

  @Test
  void aTextWithoutAMethodIsRefused() {
    assertThatThrownBy(() -> ScriptArchive.of("x = 1"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("script: no method (expected: at least one 'def')");
  }
}
