package dev.tenon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The root pom.xml is the one place where the version of something foreign stands. */
class ModulePomsTest {
  private static final Path ROOT = Path.of("../..").toAbsolutePath().normalize();
  private static final Pattern MODULE = Pattern.compile("<module>(.+)</module>");
  private static final Pattern VERSION = Pattern.compile("<version>(.+)</version>");

  @Test
  void modulesNameNoVersionButOurs() throws IOException {
    List<String> modules = find(MODULE, Files.readString(ROOT.resolve("pom.xml")));
    assertThat(modules).isNotEmpty();
    for (String module : modules) {
      String pom = Files.readString(ROOT.resolve(module).resolve("pom.xml"));
      String afterParent = pom.substring(pom.indexOf("</parent>"));
      assertThat(find(VERSION, afterParent))
          .as(module)
          .allMatch(version -> version.matches("\\$\\{[\\w.-]+}"));
    }
  }

  private static List<String> find(Pattern pattern, String text) {
    List<String> found = new ArrayList<>();
    for (Matcher matcher = pattern.matcher(text); matcher.find(); ) {
      found.add(matcher.group(1));
    }
    return found;
  }
}
