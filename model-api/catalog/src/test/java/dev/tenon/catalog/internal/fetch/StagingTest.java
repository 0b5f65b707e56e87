package dev.tenon.catalog.internal.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.catalog.net.TransferException;
import dev.tenon.catalog.source.Fetched;
import dev.tenon.error.InvalidInputException;
import dev.tenon.internal.Json;
import dev.tenon.internal.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StagingTest {
  private static final Map<String, String> ASKED = Map.of("kind", "test");

  @TempDir Path directory;
  private final AtomicInteger fills = new AtomicInteger();
  private Path destination;

  @BeforeEach
  void name() {
    destination = directory.resolve("model");
  }

  @Test
  void filesAndTheirRecordAppearTogether() throws IOException {
    Fetched fetched = Staging.into(destination, ASKED, this::fill);
    assertThat(destination.resolve("a/b.txt")).hasContent("content");
    JsonObject record = Json.readObject(destination.resolve("tenon.json")).object("fetch");
    assertThat(record.string("digest")).isEqualTo(fetched.digest());
    assertThat(record.object("origin").string("revision")).isEqualTo("1");
    assertThat(record.objects("files"))
        .singleElement()
        .satisfies(
            x -> {
              assertThat(x.string("path")).isEqualTo("a/b.txt");
              assertThat(x.integer("bytes")).isEqualTo(7);
            });
    assertThat(beside()).containsExactly("model");
  }

  @Test
  void runningItAgainIsHarmless() {
    Fetched first = Staging.into(destination, ASKED, this::fill);
    assertThat(Staging.into(destination, ASKED, this::fill)).isEqualTo(first);
    assertThat(fills).hasValue(1);
  }

  @Test
  void aDamagedFileIsFetchedAgainAndAnotherRequestReplacesAll() throws IOException {
    Fetched first = Staging.into(destination, ASKED, this::fill);
    Files.writeString(destination.resolve("a/b.txt"), "damaged");
    assertThat(Staging.into(destination, ASKED, this::fill)).isEqualTo(first);
    assertThat(destination.resolve("a/b.txt")).hasContent("content");
    Staging.into(
        destination,
        Map.of("kind", "other"),
        filling -> {
          Files.writeString(filling.directory().resolve("c.txt"), "c");
          return Map.of();
        });
    assertThat(destination.resolve("a")).doesNotExist();
    assertThat(destination.resolve("c.txt")).hasContent("c");
  }

  @Test
  void filesOfOthersAreLeftAlone() throws IOException {
    Files.createDirectories(destination);
    Files.writeString(destination.resolve("mine.txt"), "mine");
    assertThatThrownBy(() -> Staging.into(destination, ASKED, this::fill))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("holds mine.txt");
    Path fetched = directory.resolve("fetched");
    Staging.into(fetched, ASKED, this::fill);
    Files.writeString(fetched.resolve("mine.txt"), "mine");
    assertThatThrownBy(() -> Staging.into(fetched, Map.of("kind", "other"), this::fill))
        .isInstanceOf(InvalidInputException.class);
    assertThat(fetched.resolve("mine.txt")).hasContent("mine");
    assertThat(destination.resolve("mine.txt")).hasContent("mine");
  }

  @Test
  void aRecordOfATrainedModelIsNoFetch() throws IOException {
    Files.createDirectories(destination);
    Files.writeString(destination.resolve("tenon.json"), "{\"base\": \"x\"}");
    assertThatThrownBy(() -> Staging.into(destination, ASKED, this::fill))
        .isInstanceOf(InvalidInputException.class);
    assertThat(destination.resolve("tenon.json")).hasContent("{\"base\": \"x\"}");
  }

  @Test
  void membersThatCameWithTheFilesStay() {
    Staging.into(
        destination,
        ASKED,
        filling -> {
          Files.writeString(filling.directory().resolve("tenon.json"), "{\"base\": \"x\"}");
          return Map.of();
        });
    JsonObject record = Json.readObject(destination.resolve("tenon.json"));
    assertThat(record.string("base")).isEqualTo("x");
    assertThat(record.has("fetch")).isTrue();
  }

  @Test
  void whatABrokenAttemptLeftIsThereForTheSameRequestAlone() throws IOException {
    assertThatThrownBy(
            () ->
                Staging.into(
                    destination,
                    ASKED,
                    filling -> {
                      Files.writeString(filling.work().resolve("part"), "half");
                      throw new IOException("broken");
                    }))
        .isInstanceOf(TransferException.class);
    assertThat(destination).doesNotExist();
    Path part = directory.resolve(".model.fetch/work/part");
    assertThat(part).hasContent("half");
    assertThatThrownBy(
            () ->
                Staging.into(
                    destination,
                    ASKED,
                    filling -> {
                      assertThat(filling.work().resolve("part")).hasContent("half");
                      throw new IOException("broken again");
                    }))
        .isInstanceOf(TransferException.class);
    Staging.into(
        destination,
        Map.of("kind", "other"),
        filling -> {
          assertThat(filling.work()).isEmptyDirectory();
          return fill(filling);
        });
    assertThat(beside()).containsExactly("model");
  }

  @Test
  void oneFetchAtATime() {
    Staging.into(
        destination,
        ASKED,
        filling -> {
          assertThatThrownBy(() -> Staging.into(destination, ASKED, this::fill))
              .isInstanceOf(TransferException.class)
              .hasMessageContaining("in use (expected: one fetch at a time)");
          return fill(filling);
        });
    assertThat(fills).hasValue(1);
  }

  private Map<String, String> fill(Filling filling) throws IOException {
    fills.incrementAndGet();
    Path file = filling.directory().resolve("a/b.txt");
    Files.createDirectories(file.getParent());
    Files.writeString(file, "content");
    filling.retain(java.util.List.of("a/b.txt"));
    return Map.of("revision", "1");
  }

  private Stream<String> beside() throws IOException {
    return Files.list(directory).map(x -> x.getFileName().toString());
  }
}
