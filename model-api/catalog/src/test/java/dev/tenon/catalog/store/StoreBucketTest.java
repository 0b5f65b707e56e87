package dev.tenon.catalog.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.catalog.net.UrlPolicy;
import dev.tenon.catalog.net.Web;
import dev.tenon.catalog.source.FetchListener;
import dev.tenon.catalog.source.bucket.BucketPlace;
import dev.tenon.catalog.source.bucket.BucketServer;
import dev.tenon.catalog.source.bucket.BucketTrees;
import dev.tenon.catalog.testing.MotoServer;
import dev.tenon.error.UnknownNameException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("servers")
class StoreBucketTest {
  private static final ObjectName HERON = ObjectName.model("heron");

  @TempDir Path scratch;

  @Test
  void aVersionGoesThroughABucketToAnotherStore() throws IOException {
    try (MotoServer moto = MotoServer.guarded("models");
        Web web = Web.open(UrlPolicy.PUBLIC.trusting(moto.endpoint()));
        ModelStore here = ModelStore.open(scratch.resolve("here"));
        ModelStore there = ModelStore.open(scratch.resolve("there"))) {
      BucketTrees trees = trees(moto, web);
      StoredVersion first = version(here, "{}");
      StoredVersion second = version(here, "{\"a\": 1}");
      new StoreBucket(here, trees).push(second, FetchListener.NONE);
      new StoreBucket(here, trees).push(first, FetchListener.NONE);
      StoreBucket other = new StoreBucket(there, trees);

      StoredVersion pulled = other.pull(HERON, "2", FetchListener.NONE);

      assertThat(pulled.digest()).isEqualTo(second.digest());
      assertThat(pulled.record()).isEqualTo(second.record());
      assertThat(pulled.number()).isEqualTo(1);
      there.verify(pulled);
      assertThat(other.pull(HERON, second.digest().substring(0, 8), FetchListener.NONE))
          .isEqualTo(pulled);
      assertThat(other.pull(HERON, "1", FetchListener.NONE).digest()).isEqualTo(first.digest());
      assertThatThrownBy(() -> other.pull(HERON, "3", FetchListener.NONE))
          .isInstanceOf(UnknownNameException.class)
          .hasMessageContaining(first.digest().substring(0, 8));
      assertThatThrownBy(
              () -> other.pull(ObjectName.dataset("heron"), "latest", FetchListener.NONE))
          .isInstanceOf(UnknownNameException.class);
    }
  }

  private static BucketTrees trees(MotoServer moto, Web web) {
    BucketServer server =
        BucketServer.of(
            Map.of(
                "AWS_ENDPOINT_URL", moto.endpoint(),
                "AWS_ACCESS_KEY_ID", moto.accessKeyId(),
                "AWS_SECRET_ACCESS_KEY", moto.secretAccessKey()));
    return BucketTrees.of(web, server, new BucketPlace("models", "team"));
  }

  private static StoredVersion version(ModelStore store, String config) throws IOException {
    Path directory = Files.createDirectory(store.newStaging().resolve("files"));
    Files.writeString(directory.resolve("config.json"), config);
    VersionRecord record =
        VersionRecord.EMPTY
            .withFramework("transformers")
            .withTasks(List.of("text-generation"))
            .withMetrics(Map.of("loss", 0.5));
    return store.commit(HERON, directory, record);
  }
}
