package dev.tenon.nn.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class NativesCacheTest {
  @TempDir private Path directory;

  @Test
  void aHomeThatCanBeWrittenIsDjlsOwnChoice() {
    assertThat(NativesCache.replacement(directory, directory)).isEmpty();
  }

  @Test
  void whatLiesUnpackedInAHomeThatCannotBeWrittenIsUsedAsItIs() throws IOException {
    Path cache = unpacked("r-xr-xr-x");
    assumeFalse(Files.isWritable(cache), "root writes everywhere");
    assertThat(NativesCache.replacement(directory.resolve("home"), directory)).contains(cache);
  }

  @Test
  void whatOnlyAnotherUserCanOpenIsNot() throws IOException {
    Path cache = unpacked("r-xr-xr-x");
    assumeFalse(Files.isWritable(cache), "root opens everything");
    permit(cache.resolve("pytorch/2.7.1"), "r--r--r--");
    assertThat(NativesCache.replacement(directory.resolve("home"), directory))
        .isPresent()
        .get()
        .isNotEqualTo(cache);
  }

  private Path unpacked(String permissions) throws IOException {
    Path cache = directory.resolve("home/.djl.ai");
    Files.createDirectories(cache.resolve("pytorch/2.7.1"));
    permit(cache, permissions);
    return cache;
  }

  private static void permit(Path path, String permissions) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void withoutAHomeItIsADirectoryOfOurOwnAndTheSameNextTime() throws IOException {
    Path home = directory.resolve("nonexistent");
    Path first = NativesCache.replacement(home, directory).orElseThrow();
    assertThat(first).hasParent(directory);
    assertThat(Files.getPosixFilePermissions(first))
        .containsExactlyInAnyOrder(
            PosixFilePermission.OWNER_READ,
            PosixFilePermission.OWNER_WRITE,
            PosixFilePermission.OWNER_EXECUTE);
    assertThat(NativesCache.replacement(home, directory)).contains(first);
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void aLinkThatAnotherMayHaveLaidIsNotFollowed() throws IOException {
    Path home = directory.resolve("nonexistent");
    Path ours = NativesCache.replacement(home, directory).orElseThrow();
    Files.delete(ours);
    Files.createSymbolicLink(ours, Files.createDirectory(directory.resolve("elsewhere")));
    assertThat(NativesCache.replacement(home, directory)).isPresent().get().isNotEqualTo(ours);
  }

  @Test
  void withNowhereToWriteItIsLeftToDjlToSaySo() {
    Path nowhere = directory.resolve("nonexistent");
    assertThat(NativesCache.replacement(nowhere, nowhere)).isEmpty();
  }

  @Test
  void aDirectoryBelowAFileCannotBeWritten() throws IOException {
    Path file = Files.createFile(directory.resolve("file"));
    assertThat(NativesCache.isWritable(file.resolve("below"))).isFalse();
    assertThat(NativesCache.isWritable(directory.resolve("a/b"))).isTrue();
  }
}
