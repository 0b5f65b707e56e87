package dev.tenon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.internal.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorCommandTest {
  @TempDir private Path directory;

  @Test
  void tellsWhatIsThere() {
    TenonRun run = TenonRun.of("doctor");
    assertThat(run.code()).as(run.out()).isZero();
    assertThat(run.out())
        .contains("tenon (unpackaged)", "2.7.1", "0.35.1", "libtorch_directory", "natives_cache")
        .contains("All is well.")
        .doesNotContain("!  ");
  }

  @Test
  void tellsItAsJson() {
    TenonRun run = TenonRun.of("doctor", "--json");
    assertThat(run.lines()).hasSize(1);
    byte[] utf8 = run.out().getBytes(StandardCharsets.UTF_8);
    assertThat(Json.parseObject(utf8, "doctor").toString()).isNotEmpty();
    assertThat(run.out()).startsWith("{\"ok\":true,").contains("\"missing\":{}");
  }

  @Test
  void namesTheArtifactWithoutNatives() throws Exception {
    ChildJvm.Result result = doctor().withoutJars("pytorch-native-cpu").run("doctor");
    assertThat(result.code()).as(result.output()).isEqualTo(1);
    assertThat(result.output())
        .contains("! libtorch             none, not loaded")
        .contains("(expected: the dependency dev.tenon:tenon-natives-cpu-")
        .contains("Something is missing");
  }

  @Test
  void survivesAClassPathWithoutDjl() throws Exception {
    ChildJvm.Result result =
        doctor().withoutJars("pytorch-engine").withoutJars("tokenizers-").run("doctor", "--json");
    assertThat(result.code()).as(result.output()).isEqualTo(1);
    assertThat(result.output())
        .contains("\"ok\":false", "PtEngineProvider is missing", "LibUtils is missing");
  }

  @Test
  void goesToTheTemporaryDirectoryWithoutAHome() throws Exception {
    Path temporary = Files.createDirectory(directory.resolve("temporary"));
    ChildJvm.Result result =
        new ChildJvm(Tenon.class)
            .withoutJars("pytorch-native-cpu") // unpacking 450 MB proves nothing more
            .withoutEnvironment("HOME")
            .withoutEnvironment("DJL_CACHE_DIR")
            .option("-Duser.home=" + directory.resolve("absent"))
            .option("-Djava.io.tmpdir=" + temporary)
            .run("doctor");
    assertThat(result.output())
        .containsPattern("  natives_cache +" + temporary + "/.djl.ai-\\w+, writable")
        .containsPattern("  tokenizers +0");
    assertThat(temporary).isDirectoryContaining(x -> x.toString().contains(".djl.ai-"));
  }

  @Test
  void tellsOfACacheThatCannotBeWritten() throws Exception {
    Path file = Files.createFile(directory.resolve("file")); // a mode says nothing to root
    ChildJvm.Result result =
        new ChildJvm(Tenon.class).environment("DJL_CACHE_DIR", file.toString()).run("doctor");
    assertThat(result.code()).as(result.output()).isEqualTo(1);
    assertThat(result.output())
        .contains("! natives_cache        " + file + ", not writable")
        .contains("set DJL_CACHE_DIR")
        .containsPattern("! libtorch +2.7.1-\\d+, not loaded")
        .contains("libtorch: cannot be unpacked");
  }

  private ChildJvm doctor() {
    return new ChildJvm(Tenon.class);
  }
}
