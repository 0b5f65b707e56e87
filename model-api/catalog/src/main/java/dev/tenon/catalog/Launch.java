package dev.tenon.catalog;

import dev.tenon.catalog.source.CredentialSource;
import dev.tenon.catalog.spec.InvalidSpecException;
import dev.tenon.catalog.spec.ModelSpec;
import dev.tenon.catalog.spec.Source;
import dev.tenon.catalog.spec.SpecCode;
import dev.tenon.catalog.spec.SpecProblem;
import dev.tenon.error.InvalidInputException;
import dev.tenon.error.UnsupportedFeatureException;
import dev.tenon.internal.Problems;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * What a description asks for before a training of it starts: the function is declared, nothing
 * lacks, secrets are there, and it says nothing that cannot be done here.
 *
 * @param notices told what has another effect than its author may think
 */
record Launch(Description description, CredentialSource credentials, Consumer<String> notices) {
  /** The path of the field that {@link LaunchOptions#dataset} stands for. */
  static final String DATASET = "spec.training.dataset";

  private static final String HERE = "local";

  /**
   * Checks a training of a model.
   *
   * @param given paths of fields that the caller gives in place of the description
   * @throws InvalidSpecException if no training is declared, or a field lacks
   * @throws UnsupportedFeatureException if another cluster is to run it
   */
  void checkTraining(Set<String> given) {
    ModelSpec spec = description.spec();
    if (!spec.trainable() || spec.training().isEmpty()) {
      String declared = spec.servable() ? "serve" : "none";
      throw invalid(
          List.of(
              problem(1, 1, "", SpecCode.NO_FUNCTION, "train; declared functions: " + declared)));
    }
    checkComplete(given);
    ModelSpec.Training training = spec.training().orElseThrow();
    checkCluster(
        spec.source() instanceof Source.OtherModel other ? other.cluster() : Optional.empty());
    if (!given.contains(DATASET)) {
      checkCluster(training.dataset().flatMap(ModelSpec.OtherDataset::cluster));
    }
    checkCredentials();
    if (!training.platforms().isEmpty() && !training.platforms().contains(HERE)) {
      notices.accept(
          description.name() + " was tested on " + training.platforms() + ", not on " + HERE);
    }
    training
        .mountType()
        .filter(x -> !x.isBlank())
        .ifPresent(x -> notices.accept("mount_type " + x + " has no effect on this machine"));
  }

  private void checkComplete(Set<String> given) {
    List<SpecProblem> lacking =
        description.spec().warnings().stream()
            .filter(x -> x.code() == SpecCode.INCOMPLETE && !given.contains(x.path()))
            .map(x -> problem(x.line(), x.column(), x.path(), SpecCode.MISSING, x.sentence()))
            .toList();
    if (!lacking.isEmpty()) {
      throw invalid(lacking);
    }
  }

  /** Nothing is run elsewhere. */
  private void checkCluster(Optional<String> named) {
    named
        .filter(x -> !x.isBlank())
        .ifPresent(
            cluster -> {
              throw new UnsupportedFeatureException(
                  Problems.problem(
                      "cluster of " + description.name(), cluster, "none: this machine runs it"));
            });
  }

  private void checkCredentials() {
    if (!description.spec().credentials().train()) {
      return;
    }
    List<String> missing = new ArrayList<>();
    for (String store : stores()) {
      for (String key : List.of("access_key_id", "secret_access_key")) {
        if (credentials.find(store + "." + key).isEmpty()
            && credentials.find("aws_" + key).isEmpty()) {
          missing.add(store + "." + key);
        }
      }
    }
    if (!missing.isEmpty()) {
      throw new InvalidInputException(
          Problems.problem(
              "credentials of " + description.name(),
              "missing " + missing,
              "in the environment, the file credentials of the home, or .key/"));
    }
  }

  /** Stores that the training reads or writes. */
  private Set<String> stores() {
    ModelSpec spec = description.spec();
    Optional<ModelSpec.Training> training = spec.training();
    Set<String> stores = new TreeSet<>();
    Stream.of(
            Optional.of(spec.source()),
            training.flatMap(ModelSpec.Training::data),
            training.flatMap(ModelSpec.Training::results))
        .flatMap(Optional::stream)
        .filter(Source.InStore.class::isInstance)
        .forEach(x -> stores.add(((Source.InStore) x).store()));
    return stores;
  }

  private SpecProblem problem(int line, int column, String path, SpecCode code, String sentence) {
    return new SpecProblem(description.registration().file(), line, column, path, code, sentence);
  }

  private static InvalidSpecException invalid(List<SpecProblem> problems) {
    return new InvalidSpecException(problems, List.of());
  }
}
