package dev.tenon.catalog;

import dev.tenon.catalog.job.JobStatus;
import dev.tenon.catalog.net.RefusedUrlException;
import dev.tenon.catalog.net.TransferException;
import dev.tenon.catalog.source.FetchListener;
import dev.tenon.catalog.source.bucket.BucketPlace;
import dev.tenon.catalog.source.bucket.BucketServer;
import dev.tenon.catalog.source.bucket.BucketTrees;
import dev.tenon.catalog.spec.ModelSpec;
import dev.tenon.catalog.spec.Source;
import dev.tenon.catalog.spec.SpecKind;
import dev.tenon.catalog.store.ModelStore;
import dev.tenon.catalog.store.RegistrationState;
import dev.tenon.catalog.store.StoreBucket;
import dev.tenon.catalog.store.StoredVersion;
import dev.tenon.catalog.store.VersionRef;
import java.util.Optional;

/** What happens after a job: its description learns of it, its results go where they belong. */
record Results(
    ModelStore store,
    Descriptions descriptions,
    Fetching fetching,
    Sources sources,
    Notices notices) {
  /** Notes how a job ended, with the model that it made a version of. */
  void settle(JobStatus end) {
    Optional<Description> model = descriptions.find(SpecKind.MODEL, end.destination().text());
    if (model.isEmpty()) {
      return;
    }
    if (end.version().isEmpty()) {
      String why =
          "job " + end.id() + ": " + end.state() + end.error().map(x -> ", " + x).orElse("");
      fetching.failed(model.get(), why);
      return;
    }
    fetching.reached(model.get(), RegistrationState.TRAINED);
    StoredVersion made = store.resolve(VersionRef.of(end.destination(), end.version().getAsInt()));
    model
        .get()
        .spec()
        .training()
        .flatMap(ModelSpec.Training::results)
        .filter(Source.InStore.class::isInstance)
        .ifPresent(x -> push(model.get(), made, (Source.InStore) x));
    fetching.reached(model.get(), RegistrationState.READY);
  }

  /** The version is there whatever becomes of the copy. */
  private void push(Description model, StoredVersion made, Source.InStore results) {
    BucketServer server = sources.server(model.spec(), results.store());
    if (server.keys().isEmpty()) {
      notices.say(
          "results of " + model.name() + " stay in the store: no keys for " + results.store());
      return;
    }
    BucketPlace place = new BucketPlace(results.bucket(), results.path().orElse(""));
    try {
      // The endpoint stands in the description: only the policy's servers are asked.
      BucketTrees trees = BucketTrees.of(sources.web(), server, place);
      new StoreBucket(store, trees).push(made, FetchListener.NONE);
    } catch (TransferException | RefusedUrlException e) {
      notices.say(made.ref().text() + " is in the store, not in " + place + ": " + e.getMessage());
    }
  }
}
