package dev.tenon.samples.springboot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The jar where containers start it: another user, no home, one directory to write to. */
@EnabledOnOs(OS.LINUX)
@Timeout(180)
class RunnableJarIT {
  private static final Pattern PORT = Pattern.compile("Tomcat started on port (\\d+)");

  @TempDir Path directory;

  @Test
  void answersWithoutAHome() throws Exception {
    Path below = Files.createFile(directory.resolve("file")).resolve("home");
    assertThat(answer(below, List.of())).anyMatch(event -> event.contains("finishReason"));
  }

  /** What root unpacked in that home before, nobody cannot open. */
  @Test
  void answersAsNobodyOnAReadOnlyFileSystem() throws Exception {
    assumeTrue(isRoot(), "only root makes a file system read-only and becomes another user");
    String readOnly =
        "mount --bind \"$0\" \"$0\" && mount -o remount,ro,bind / && ! touch /tmp/x 2>/dev/null"
            + " && exec setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs \"$@\"";
    List<String> prefix =
        List.of("unshare", "--mount", "sh", "-c", readOnly, temporary().toString());
    Path home = Files.createDirectory(directory.resolve("home"));
    answer(home, List.of());
    assertThat(answer(home, prefix)).anyMatch(event -> event.contains("finishReason"));
  }

  /** Starts the jar, asks one question and stops it. */
  private List<String> answer(Path home, List<String> prefix) throws Exception {
    Path copy = directory.resolve("checkpoint");
    copy(ApplicationTest.CHECKPOINT, copy);
    Path jar = directory.resolve("answers.jar");
    Files.copy(Path.of("target/answers-runnable.jar"), jar, StandardCopyOption.REPLACE_EXISTING);
    open(directory);
    open(temporary());
    List<String> command = new ArrayList<>(prefix);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Djava.io.tmpdir=" + temporary(),
            "-Duser.home=" + home,
            "-jar",
            jar.toString(),
            "--server.port=0",
            "--tenon.checkpoint=" + copy));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("HOME", home.toString());
    builder.environment().put("OMP_WAIT_POLICY", "passive");
    Process process = builder.start();
    try (BufferedReader output = process.inputReader()) {
      return new Client(port(output)).askAll(Client.question("Once", 20));
    } finally {
      process.destroy();
      process.waitFor();
    }
  }

  private Path temporary() throws IOException {
    return Files.createDirectories(directory.resolve("tmp"));
  }

  private static int port(BufferedReader output) throws IOException {
    StringBuilder log = new StringBuilder();
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      log.append(line).append('\n');
      Matcher started = PORT.matcher(line);
      if (started.find()) {
        return Integer.parseInt(started.group(1));
      }
    }
    throw new AssertionError("it ended:\n" + log);
  }

  private static boolean isRoot() throws IOException {
    return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
  }

  private static void open(Path directory) throws IOException {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, to.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }
}
