package dev.tenon.backend.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class PackageExampleTest {
  private static final String HERE = "java/dev/tenon/backend/testkit/";
  private static final Pattern EXAMPLE = Pattern.compile("(?s)<pre>\n(.*?)\n \\* </pre>");

  /** So it compiles, and its tests run. */
  @Test
  void theExampleOfThePackageStandsInATest() throws IOException {
    String documentation = Files.readString(Path.of("src/main", HERE, "package-info.java"));
    String test = Files.readString(Path.of("src/test", HERE, "MyBackendContractTest.java"));
    Matcher example = EXAMPLE.matcher(documentation);
    assertThat(example.find()).isTrue();
    String code = example.group(1).replaceAll("(?m)^ \\* ?", "").replace("&#64;", "@");
    assertThat(code.lines().count()).isBetween(15L, 25L);
    assertThat(withoutLayout(test)).contains(withoutLayout(code));
  }

  private static String withoutLayout(String code) {
    return code.replaceAll("\\s+", "");
  }
}
